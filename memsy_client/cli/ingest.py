"""`memsy-client ingest`: any number of events out of files."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import click
from click.types import FuncParamType

from .._bulk.ingestion import Ingestion
from .._bulk.journal import Journal
from .._bulk.outcomes import EVENTS_A_CALL
from ..client import MemsyClient, MemsyControlClient
from ..exceptions import MemsyError
from ..models import EventPayload
from .arguments import option
from .commands import JSON, KEY_FILE
from .event_files import FIELDS, FORMATS, Conversion, EventFile
from .failures import DONE, CommandError, EventError, exit_code, report
from .keys import key_in_environment
from .operations import Command, field_arguments
from .progress import checking, progress_bar
from .tally import Tally
from .text import write_json

#: What each event has of its own, so that there is no one for all.
_OF_EACH = {"content", "ts", "metadata"}

_HELP = """Store events out of files, or with - out of standard input.

A file has JSON lines, a JSON list, or CSV with the names of the fields in its first line. In place of events there may
be chat messages with `role` and `content`, or objects with a list of them in `messages`.

Every line is checked first: unless all can be events, each bad one is named and nothing is sent.

With --journal it may be killed at any moment: run again, it sends what is left."""


def _concurrency(text: str) -> int | Literal["auto"]:
    """A number of calls, or `auto`. Raises `click.BadParameter`."""
    if text == "auto":
        return "auto"
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise click.BadParameter(f"{text!r} is neither a whole number from 1 nor auto")
    return int(text)


def command_of(operation: Command) -> click.Command:
    """The command that stands for the contract's `ingest`."""
    shared = [argument for argument in field_arguments(EventPayload) if argument.name not in _OF_EACH]
    return click.Command(
        operation.name,
        params=[
            click.Argument(["_files"], nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="FILE..."),
            click.Option(
                ["--format", "_format"],
                type=click.Choice(FORMATS),
                help="What the files are; left out, their names and what they begin with tell.",
            ),
            click.Option(
                ["--map", "_names"],
                multiple=True,
                metavar="FIELD=NAME",
                help="What a field of an event is called in the files, with a dot for one inside an object: "
                "actor_id=user.id. Other fields that an event does not have are then passed over.",
            ),
            *(option(argument, "For events that do not say. ") for argument in shared),
            click.Option(["--dry-run", "_dry_run"], is_flag=True, help="Send nothing; name every line that is bad."),
            click.Option(
                ["--batch-size", "_batch_size"],
                type=click.IntRange(1, EVENTS_A_CALL),
                default=100,
                show_default=True,
                help="Events a call.",
            ),
            click.Option(
                ["--concurrency", "_calls"],
                type=FuncParamType(_concurrency),
                default="4",
                show_default=True,
                metavar="NUMBER|auto",
                help="Calls at once; auto finds how many, and how many a second, the service takes.",
            ),
            click.Option(
                ["--journal", "_journal"],
                metavar="PATH",
                type=click.Path(dir_okay=False),
                help="Note in this file what is sent. After a crash, the same command sends what is left.",
            ),
            click.Option(
                ["--resend-in-doubt", "_resend"],
                is_flag=True,
                help="With --journal: send again what may be stored, where that cannot be found out.",
            ),
            JSON,
            KEY_FILE,
        ],
        callback=_run,
        help=_HELP,
        short_help=operation.summary,
    )


def _run(
    _files: Sequence[str],
    _format: str | None,
    _names: Sequence[str],
    _dry_run: bool,
    _batch_size: int,
    _calls: int | Literal["auto"],
    _journal: str | None,
    _resend: bool,
    _json: bool,
    _key_file: str | None,
    **shared: str | None,
) -> int:
    if [*_files, _key_file].count("-") > 1:
        raise CommandError("standard input can be read for one thing only")
    if _resend and _journal is None:
        raise CommandError("--resend-in-doubt is for --journal")
    given = {name: value for name, value in shared.items() if value is not None}
    conversion = Conversion(dict(map(_split_name, _names)), given)
    with contextlib.ExitStack() as stack:
        sources = [EventFile(name, _format, conversion, stack) for name in _files]
        with checking():
            total, left_out = _check(sources)
        if _dry_run:
            _print_sum({"events": total, "left_out": left_out}, as_json=_json)
            return DONE
        tally = Tally(keeps_ids=_json)
        try:
            client, journal = _connect(stack, _key_file, _journal, resend=_resend)
            ingest = partial(client.ingest_many, batch_size=_batch_size, concurrency=_calls, journal=journal)
            try:
                _send(ingest, sources, tally, total)
            finally:
                _print_outcomes(tally, left_out, is_resumable=journal is not None, as_json=_json)
        except MemsyError as error:
            report(error)
            return exit_code(error, is_read=False)
    return tally.exit_code


def _connect(
    stack: contextlib.ExitStack, key_file: str | None, path: str | None, *, resend: bool
) -> tuple[MemsyClient, Journal | None]:
    """The client, and the journal at a path; what is in doubt is looked up on the control plane.

    Raises:
        CommandError: There is no key.
        MemsyInputError: A variable of the environment is missing, or cannot be used.
    """
    with key_in_environment(key_file):  # which may be standard input, so that it is read once
        client = stack.enter_context(MemsyClient.from_env())
        if path is None:
            return client, None
        lookup = stack.enter_context(MemsyControlClient.from_env())
    return client, Journal(path, lookup=lookup, resend_in_doubt=resend)


def _send(ingest: Callable[..., Ingestion], sources: Sequence[EventFile], tally: Tally, total: int) -> None:
    with progress_bar(total) as on_progress:
        ingestion = ingest(_events(sources, tally.places), on_progress=on_progress)
        try:
            with ingestion:
                for outcome in ingestion:
                    tally.take(outcome)
        finally:
            for outcome in ingestion.unreported:
                tally.take(outcome)
            tally.report_error()


def _split_name(text: str) -> tuple[str, str]:
    name, equals, foreign = text.partition("=")
    if name not in FIELDS or not equals or not foreign:
        raise CommandError(f"--map {text}: takes FIELD=NAME with a field of an event: {', '.join(FIELDS)}")
    return name, foreign


def _check(sources: Sequence[EventFile]) -> tuple[int, int]:
    """Read everything once, and name what is bad; returns how many events there are, and how much is left out.

    Raises:
        CommandError: Something is bad, or there is no event.
    """
    total = left_out = bad = 0
    for source in sources:
        for where, event, problem in source.entries():
            if problem is not None:
                bad += 1
                report(EventError(f"{where}: {problem}"))
            elif event is None:
                left_out += 1
            else:
                total += 1
    if bad:
        raise CommandError(f"{bad} of {total + left_out + bad} cannot be events; nothing was sent")
    if not total:
        raise CommandError(f"there are no events in {', '.join(source.name for source in sources)}")
    return total, left_out


def _events(sources: Sequence[EventFile], places: deque[str]) -> Iterator[EventPayload]:
    for source in sources:
        for where, event, problem in source.entries():
            if problem is not None:
                raise EventError(f"{where}: {problem}, which has changed since it was checked")
            if event is not None:
                places.append(where)
                yield event


def _print_outcomes(tally: Tally, left_out: int, *, is_resumable: bool, as_json: bool) -> None:
    if any(tally.counts.values()):  # pragma: no branch – otherwise it has not begun
        ids = {"event_ids": tally.event_ids} if as_json else {}
        resumed = {"resumed": tally.resumed} if is_resumable else {}
        with contextlib.suppress(BrokenPipeError):  # nobody reads it; the exit code still tells
            _print_sum({**ids, **tally.counts, **resumed, "left_out": left_out}, as_json=as_json)


def _print_sum(counts: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        write_json(counts, indent=2)
        return
    words = {"resumed": "of them in earlier runs", "events": "event" if counts.get("events") == 1 else "events"}
    print(", ".join(f"{count:,} {words.get(name, name.replace('_', ' '))}" for name, count in counts.items() if count))
