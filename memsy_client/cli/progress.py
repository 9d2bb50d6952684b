"""How far an ingestion is, on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from .._bulk.outcomes import IngestProgress
from .output import console


class _Rate(ProgressColumn):
    """Events a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} events/s")


@contextlib.contextmanager
def checking() -> Iterator[None]:
    """Says on a terminal that files are being checked, which takes some 15 seconds for a million lines."""
    out = console(sys.stderr, is_live=True)
    with out.status("checking every line first") if out.is_terminal else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def progress_bar(total: int) -> Iterator[Callable[[IngestProgress], None] | None]:
    """What is called after each batch, to show how far it is; None where standard error is not a terminal."""
    out = console(sys.stderr, is_live=True)
    if not out.is_terminal:
        yield None
        return
    with Progress(BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), console=out) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done.acknowledged + done.failed)
