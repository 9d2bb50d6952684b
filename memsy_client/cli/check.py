"""`memsy-client check`: whether the server that the environment names keeps to the contract.

Exit codes: 0 if nothing is amiss, 1 if an answer or the clock deviates, 2 if the server cannot be reached or refuses.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import __spec_sha256__, __spec_version__
from .._version import __version__
from ..exceptions import MemsyInputError
from .clients import PLANES, Client, client_of
from .contract_check import ContractCheck, Finding, NotCheckedError
from .failures import CommandError
from .keys import key_in_environment
from .probes import ACTOR, all_probes
from .text import printable

CLEAN, DEVIATIONS, NOT_CHECKED = 0, 1, 2

#: Seconds by which the clocks may differ: beyond, the times of events and of expiry mean something else.
_TOLERATED_SKEW = 60

_LEFT_BEHIND = f"""--write leaves behind, in the account of the key:
  one event of the actor {ACTOR}, and the memories that are made of it (nothing can delete events);
  one event and one search less in the quota;
  a higher strength of the memories that the search finds."""


def main(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="memsy-client check",
        description="Ask the server that MEMSY_BASE_URL, MEMSY_CONTROL_URL and MEMSY_API_KEY name all that leaves no "
        "trace there, and tell where its answers differ from the contract.",
        epilog="Exit code: 0 nothing is amiss, 1 something deviates, 2 not reachable, or refused.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--write", action="store_true", help="ingest and search, too; says what that leaves behind")
    parser.add_argument(
        "--key-file", metavar="PATH", help="read the API key from a file, or with - from standard input"
    )
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        check = ContractCheck({})
        try:
            check.clients = dict(_clients(stack, options.key_file))
            if options.write:
                print(_LEFT_BEHIND, file=sys.stderr, flush=True)
            check.run(all_probes(write=options.write))
        except (CommandError, MemsyInputError) as error:
            return _report(check, options.json, "not configured", str(error))
        except NotCheckedError as error:
            return _report(check, options.json, "refused" if error.is_refused else "not reachable", str(error))
        is_clean = not any(map(_is_amiss, check.findings)) and not _skew_problem(check)
        return _report(check, options.json, "clean" if is_clean else "deviations")


def _clients(stack: contextlib.ExitStack, key_file: str | None) -> Iterator[tuple[str, Client]]:
    """A client of each plane, closed with the stack."""
    with key_in_environment(key_file):
        for plane in PLANES:
            client = client_of(plane, timeout=15, deadline=30, max_retries=1)
            stack.callback(client.close)
            yield plane, client


def _report(check: ContractCheck, as_json: bool, result: str, reason: str | None = None) -> int:
    """Print what was found, and give the exit code."""
    if as_json:
        print(json.dumps(_as_json(check, result, reason), indent=2))
    else:
        print("\n".join(map(printable, _as_text(check, result, reason))))
    return {"clean": CLEAN, "deviations": DEVIATIONS}.get(result, NOT_CHECKED)


def _is_amiss(finding: Finding) -> bool:
    return finding.outcome in ("deviates", "failed")


def _skew_problem(check: ContractCheck) -> bool:
    return check.clock_skew is not None and abs(check.clock_skew) > _TOLERATED_SKEW


def _as_json(check: ContractCheck, result: str, reason: str | None) -> Mapping[str, Any]:
    return {
        "result": result,
        "reason": reason,
        "client": __version__,
        "spec_version": __spec_version__,
        "spec_sha256": __spec_sha256__,
        "planes": {plane: client.base_url for plane, client in check.clients.items()},
        "clock_skew": None if check.clock_skew is None else round(check.clock_skew, 1),
        "checks": [
            {
                "operation": finding.probe.operation_id,
                "plane": finding.probe.plane,
                "method": finding.probe.operation.method,
                "path": finding.probe.operation.path,
                "outcome": finding.outcome,
                "status": finding.status,
                "reason": finding.reason,
                "deviations": [deviation._asdict() for deviation in finding.deviations],
            }
            for finding in check.findings
        ],
    }


def _as_text(check: ContractCheck, result: str, reason: str | None) -> Iterator[str]:
    for plane, client in check.clients.items():
        answers = sum(finding.probe.plane == plane and finding.status is not None for finding in check.findings)
        yield f"{plane}: {client.base_url}, {answers} answers"
    if check.clock_skew is None:
        yield "clock: unknown, no answer has a Date"
    else:
        direction = "ahead of" if check.clock_skew > 0 else "behind"
        yield f"clock: about {abs(check.clock_skew):.0f} s {direction} this machine's"
    for finding in check.findings:
        yield from _lines(finding)
    if _skew_problem(check):
        yield f"deviates: the clock, by more than {_TOLERATED_SKEW} s"
    amiss = sum(map(_is_amiss, check.findings))
    endings = {"clean": "nothing is amiss", "deviations": f"{amiss} of {len(check.findings)} operations are amiss"}
    yield endings.get(result, f"{result}: {reason}")


def _lines(finding: Finding) -> Iterator[str]:
    """What is to be said of an operation, a line for each deviation; nothing where all is well."""
    probe = finding.probe
    operation = f"{probe.plane} {probe.operation_id} ({probe.operation.method} {probe.operation.path})"
    if finding.reason:
        status = f"{finding.status} " if finding.status else ""
        yield f"{finding.outcome}: {operation}: {status}{finding.reason}"
    for path, expected, found in finding.deviations:
        yield f"deviates: {operation}: {path or 'the body'} is {found} where {expected} is expected"
