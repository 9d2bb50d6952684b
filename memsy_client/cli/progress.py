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
def progress_bar(total: int) -> Iterator[Callable[[IngestProgress], None] | None]:
    """What is called after each batch, to show how far it is; None where standard error is not a terminal."""
    out = console(sys.stderr, soft_wrap=True)  # an error above the bar stays one line
    if not out.is_terminal:
        yield None
        return
    with Progress(BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), console=out) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done.acknowledged + done.failed)
