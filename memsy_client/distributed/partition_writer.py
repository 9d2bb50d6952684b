"""Writing the partitions of a backfill from the processes of several machines."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._bulk.journal import Journal
from .._bulk.outcomes import EVENTS_A_CALL
from .._core.checks import MAX_SECONDS, check_number, check_seconds, check_whole_number, shown, suggest_arguments
from ..client import MemsyClient, MemsyControlClient
from ..exceptions import MemsyInputError
from .pace import Pace
from .shared_folder import SharedFolder

if TYPE_CHECKING:
    from .._core.retry import RetryPolicy
    from .._core.settings import ClientOptions
    from ..models import EventPayload

#: How many requests a worker has under way at once unless the caller says so, as with `ingest_many`.
_CONCURRENCY_A_WORKER = 4


@dataclass(frozen=True, slots=True)
class PartitionSummary:
    """What became of a partition. `dataclasses.asdict` makes a row of it.

    Attributes:
        partition: Its name.
        acknowledged: How many of its events are stored, those of earlier runs included.
        duplicate: How many the service has taken for an earlier event, as `IngestOutcome.state` says.
        refused: How many it never stores as they are.
        failed: How many are not stored, and are sent by the next run.
        in_doubt: How many may or may not be stored.
        resumed: How many of all these were not sent in this run, because an earlier one has settled them.
        stopped_by: Why nothing more was sent (401, 403, a spent quota, a journal that cannot be written), or None.
    """

    partition: str
    acknowledged: int
    duplicate: int
    refused: int
    failed: int
    in_doubt: int
    resumed: int
    stopped_by: str | None = None

    @property
    def left(self) -> int:
        """How many events are to be settled by another run."""
        return self.failed + self.in_doubt


@suggest_arguments
class PartitionWriter:
    """Ingests partitions of events, each by one worker at a time. It can be pickled, and is sent to the workers.

    With a directory, each partition has a journal there: run again after whatever ended a worker or all of them, with
    the same partitions, it sends only what is left. **Without one, each run sends all events of its partitions: they
    arrive at least once**, provided that a partition with something `left` is run again.

    Address and key are not in it: each worker has them in its environment (`MEMSY_BASE_URL`, `MEMSY_API_KEY`, …), as
    for `MemsyClient.from_env()`.

    Args:
        directory: A folder that all workers share under the same path, in a file system with locks; it is made when it
            is not there. None for no journals.
        workers: How many partitions are written at once, on all machines. Each gets its share of what follows.
        concurrency: How many requests may be under way at once, of all workers, divided among them
            and rounded down; None for 4 a worker.
        requests_per_second: How many requests may leave in a second, of all workers, retries and look-ups included;
            None for no limit.
        batch_size: Events a request, at most 1000.
        lookup: Whether to look up what is in doubt, with a client of the control plane; the user of the key needs a
            seat for that. Without it, or where it cannot be had, such events stay in doubt.
        max_pages: How many pages of 200 events of a conversation are searched for one in doubt at most.
        skew: By how many seconds the clocks of the workers and of the service may differ.
        resend_in_doubt: Whether to send again what is in doubt and cannot be looked up: rather twice than never.
        retry: What is retried, and how patiently; None for what the environment says.

    Raises:
        MemsyInputError: An argument cannot be used, or the folder cannot be made.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None,
        *,
        workers: int,
        concurrency: int | None = None,
        requests_per_second: float | None = None,
        batch_size: int = 100,
        lookup: bool = True,
        max_pages: int = 50,
        skew: float = 300.0,
        resend_in_doubt: bool = False,
        retry: RetryPolicy | None = None,
    ) -> None:
        check_whole_number("workers", workers)
        if concurrency is not None:
            check_whole_number("concurrency", concurrency)
            if concurrency < workers:
                raise MemsyInputError(f"concurrency has to be at least one for each of {workers} workers")
        check_whole_number("batch_size", batch_size, most=EVENTS_A_CALL)
        check_whole_number("max_pages", max_pages)
        check_number("skew", skew, least=0, most=MAX_SECONDS)
        if requests_per_second is not None:
            _check_rate(requests_per_second)
            check_seconds("workers / requests_per_second", workers / requests_per_second)
        self._interval = 0.0 if requests_per_second is None else workers / requests_per_second
        self._concurrency = _CONCURRENCY_A_WORKER if concurrency is None else concurrency // workers
        self._batch_size = batch_size
        self._lookup = lookup
        self._max_pages = max_pages
        self._skew = skew
        self._resend_in_doubt = resend_in_doubt
        self._retry = retry
        self._folder = None if directory is None else SharedFolder.make(directory)

    def __repr__(self) -> str:
        return f"<PartitionWriter of {'no journals' if self._folder is None else self._folder.path}>"

    def write(self, partition: str, events: Iterable[EventPayload]) -> PartitionSummary:
        """Ingest a partition, and wait for all of it. This is what a worker calls.

        Args:
            partition: Its name, which tells it from all others, and is the same in every run: the path of a file, say.
                It is seen in the name of its journal.
            events: Its events, the same ones in the same order in every run; read as they are needed.

        Returns:
            How many of its events came to what. Where some are `left`, run it again.

        Raises:
            MemsyInputError: The environment lacks something; the folder is not the one that the writer was made with;
                the journal is in use by another worker, damaged, or of another address; or the events are not those
                of earlier runs. What `events` raises passes through. In each case what was acknowledged is kept.
        """
        if not isinstance(partition, str) or not partition:
            raise MemsyInputError(f"partition has to be a name, not {shown(partition)}")
        states: Counter[str] = Counter()
        resumed = 0
        pace = Pace(self._interval)
        options: ClientOptions = {"middleware": [pace]}
        if self._retry is not None:
            options["retry"] = self._retry
        with ExitStack() as stack:
            memsy = stack.enter_context(MemsyClient.from_env(**options))
            journal = self._journal(partition, options, stack)
            outcomes = stack.enter_context(
                memsy.ingest_many(events, batch_size=self._batch_size, concurrency=self._concurrency, journal=journal)
            )
            stack.enter_context(pace)  # the first to end: what still waits for its turn is not waited for
            for outcome in outcomes:
                states[outcome.state] += 1
                resumed += outcome.resumed
            pace.finish()
        stopped_by = outcomes.stopped_by
        return PartitionSummary(
            partition,
            states["acknowledged"],
            states["duplicate"],
            states["refused"],
            states["failed"],
            states["in_doubt"],
            resumed,
            None if stopped_by is None else str(stopped_by),
        )

    def _journal(self, partition: str, options: ClientOptions, stack: ExitStack) -> Journal | None:
        if self._folder is None:
            return None
        path = self._folder.journal_path(partition)
        control = stack.enter_context(MemsyControlClient.from_env(**options)) if self._lookup else None
        return Journal(
            path,
            lookup=control,
            max_pages=self._max_pages,
            skew=self._skew,
            resend_in_doubt=self._resend_in_doubt,
        )


def _check_rate(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise MemsyInputError(f"requests_per_second has to be a number above 0, not {shown(value)}")
