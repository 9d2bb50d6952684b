"""`memsy-client status`: how far the processing of events is, and waiting for its end."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from ..client import MemsyClient
from ..models import StatusResponse
from .arguments import collect, parameters_of
from .clients import Client
from .commands import JSON, KEY_FILE, perform, show
from .failures import DONE, FAILED
from .operations import Command


def command_of(operation: Command) -> click.Command:
    """The command that stands for the contract's `status`."""

    def run(
        _values: Sequence[str], _wait: bool, _timeout: float, _json: bool, _key_file: str | None, **given: Any
    ) -> int:
        values = _ids_from_stdin() if list(_values) == ["-"] else _values
        arguments = collect(operation.arguments, given, values, click.get_current_context())
        found: list[StatusResponse] = []

        def work(client: Client) -> None:
            assert isinstance(client, MemsyClient)
            if _wait:
                done = client.wait_until_processed(arguments["event_ids"], timeout=_timeout)
                completed, failed = list(done.completed_ids), list(done.failed_ids)
                found.append(
                    StatusResponse(completed_ids=completed, failed_ids=failed, total=len(completed) + len(failed))
                )
            else:
                found.append(client.status(**arguments))
            show(found[0], as_json=_json)

        code = perform(operation, _key_file, work)
        return FAILED if code == DONE and _wait and found[0].failed_ids else code

    return click.Command(
        operation.name,
        params=[
            *parameters_of(operation.arguments),
            click.Option(["--wait", "_wait"], is_flag=True, help="Wait until none is pending."),
            click.Option(
                ["--timeout", "_timeout"], type=float, default=60.0, show_default=True, help="Seconds to wait at most."
            ),
            JSON,
            KEY_FILE,
        ],
        callback=run,
        help=f"{operation.description}\n\nIn place of ids, - reads them from standard input: words, or what "
        "`ingest --json` prints.",
        short_help=operation.summary,
    )


def _ids_from_stdin() -> list[str]:
    text = sys.stdin.read()
    found = text.split()
    if text.lstrip().startswith("{"):
        try:
            found = [str(event_id) for event_id in json.loads(text)["event_ids"]]
        except (ValueError, KeyError, TypeError):
            raise click.UsageError("standard input has neither ids nor the JSON of `ingest --json`") from None
    if not found:
        raise click.UsageError("standard input has no ids")
    return found
