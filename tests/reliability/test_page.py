"""docs/reliability.md shows the table of faults as the tests go through it, and names tests that are there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from faults import ANSWER, CARRIERS, GROUPS, Fault

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"


class Kill(NamedTuple):
    """What is killed, what holds, and the test of it."""

    killed: str
    holds: str
    test: str


KILLS = [
    Kill(
        "the embedded server, under load, by `kill -9`, again and again",
        "every acknowledged event is stored once and becomes memories; the file is sound",
        "tests/local/test_durability.py::test_every_acknowledged_event_survives_kill_9_many_times",
    ),
    Kill(
        "the embedded server while it indexes a file anew",
        "the next opening completes it",
        "tests/local/test_durability.py::test_killed_while_it_indexes_anew_a_file_is_indexed_at_the_next_opening",
    ),
    Kill(
        "an import, by Ctrl-C",
        "nothing is left behind",
        "tests/local/test_cli.py::test_ctrl_c_in_an_import_is_one_line_and_leaves_nothing_behind",
    ),
    Kill(
        "`ingest_many`, by Ctrl-C or a cancellation",
        "`unreported` says of each event what is known of it",
        "tests/bulk/test_ingestion.py::test_after_an_interruption_it_says_what_was_acknowledged",
    ),
    Kill(
        "`ingest_many` while it waits to try again",
        "it comes out at once, and sends nothing more",
        "tests/bulk/test_process_end.py::test_an_interruption_ends_retries_at_once",
    ),
    Kill(
        "the process, which ends while `ingest_many` runs at exit or in a thread",
        "all events are sent",
        "tests/bulk/test_process_end.py::test_it_works_while_the_process_ends",
    ),
    Kill(
        "a backfill with a journal, by `kill -9`, a hundred times, also between the service's commit and its answer",
        "every event is acknowledged, and none is stored twice",
        "tests/bulk/test_journal_kills.py::"
        "test_every_event_is_acknowledged_and_none_is_stored_twice_in_a_hundred_kills",
    ),
    Kill(
        "a process with `background(spool=…)`, by `kill -9`, fifty times, also between the service and its answer",
        "no event is lost",
        "tests/bulk/test_background_processes.py::"
        "test_fifty_kills_lose_nothing_also_between_the_service_and_its_answer",
    ),
    Kill(
        "a worker of Ray or Dask, in the middle of its partition",
        "no event is lost, and none is stored twice",
        "tests/distributed/test_engines.py::test_nothing_is_lost_and_nothing_stored_twice_where_a_worker_is_killed",
    ),
    Kill(
        "a sync call, by an interruption at each of its instructions",
        "the next call gets its own answer, and every slot is free",
        "tests/network/test_interruptions.py::test_a_sync_client_goes_on_after_an_interruption_at_each_instruction",
    ),
    Kill(
        "an async call, by the same",
        "the same",
        "tests/network/test_interruptions.py::test_an_async_client_goes_on_after_an_interruption_at_each_instruction",
    ),
    Kill(
        "tasks, by ten thousand cancellations",
        "the same",
        "tests/network/test_cancellation.py::test_ten_thousand_cancelled_calls_leave_the_pool_whole",
    ),
    Kill(
        "nothing: the process forks while threads use the client",
        "parent and children get their own answers, and no lock is held",
        "tests/network/test_forks.py::test_a_fork_while_threads_use_the_client_does_not_block_the_child",
    ),
]


def shown(fault: Fault, carrier: str) -> str:
    following = fault.seen_next(carrier)
    return fault.seen_by(carrier).word + (f", then {following.word}" if following is not ANSWER else "")


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def matrix() -> str:
    lines = []
    for group, faults in GROUPS.items():
        lines += [f"### {group}", "", row("fault", *CARRIERS.values()), row(*["---"] * (len(CARRIERS) + 1))]
        lines += [row(fault.name, *(shown(fault, carrier) for carrier in CARRIERS)) for fault in faults]
        lines += [""]
    return "\n".join(lines)


def kills() -> str:
    lines = [row("killed", "what holds", "proved by"), row("---", "---", "---")]
    lines += [row(kill.killed, kill.holds, f"`{kill.test.partition('::')[0]}`") for kill in KILLS]
    return "\n".join([*lines, ""])


def test_the_page_shows_the_tables() -> None:
    """Renew them with RENEW_GOLDEN=1."""
    page = PAGE.read_text("utf-8")
    renewed = page
    for start, end, text in (("fault matrix", "end of matrix", matrix()), ("kills", "end of kills", kills())):
        pattern = rf"(?s)(<!-- {start} -->\n).*?(<!-- {end} -->)"
        assert len(re.findall(pattern, renewed)) == 1
        renewed = re.sub(pattern, lambda found, text=text: f"{found[1]}\n{text}\n{found[2]}", renewed)
    if os.environ.get("RENEW_GOLDEN"):
        PAGE.write_text(renewed, "utf-8")
        return
    assert page == renewed


def test_each_kill_has_its_test() -> None:
    for kill in KILLS:
        file, _, name = kill.test.partition("::")
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.M), kill.test
