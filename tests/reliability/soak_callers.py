"""What each task and thread of the soak does, written once for both flavours, and what it keeps of it."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from typing import Any, NamedTuple

from faults import ANSWER, CALLERS, FAULTS, HEADER, Fault, Outcome, directly, refuse_unread

from memsy_client import (
    EventPayload,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyTimeoutError,
)

#: One call in so many meets a fault, and one is interrupted where it can be.
SHARE = 10


class InterruptedCallError(Exception):
    """The call was cancelled, or a signal's handler ended it."""


class Step(NamedTuple):
    """A call to make: a function, or one that gives something to await."""

    call: Callable[[], Any]
    is_interruptible: bool


Steps = Generator[Step, Any, Any]


def faults_of(carrier: str) -> list[Fault]:
    """Those that a call alone can meet, but for what may reach the next one."""
    return [
        fault
        for fault in FAULTS.values()
        if fault.answers is not None
        and fault.reach is directly
        and fault.seen_next(carrier) is ANSWER
        # Nothing tells that a server reads no further once a small body is through.
        and fault.answers is not refuse_unread
        # httpcore takes the connection for a good one until it looks at it, and another thread may come before.
        and not (fault.name == "closed after a response without a length" and carrier in CALLERS)
    ]


class Caller:
    """One task or thread.

    Attributes:
        acknowledged: Contents and ids of its events that the service has acknowledged.
        refused: Contents of those that it has refused.
        counts: Of calls, faults, interruptions.
    """

    def __init__(self, client: Any, carrier: str, name: str, seed: str, *, is_async: bool) -> None:
        self.acknowledged: dict[str, str] = {}
        self.refused: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.chance = random.Random(f"{seed} {name}")
        self.name = name
        self._client = client
        self._carrier = carrier
        self._is_async = is_async
        self._faults = faults_of(carrier)
        self._number = 0

    def turn(self) -> Steps:
        """Do one thing."""
        kinds = [self._ingest, self._ingest_many, self._search, self._status]
        yield from self.chance.choices(kinds, [9, 1, 6, 4])[0]()

    def _ingest(self) -> Steps:
        events = self._events(self.chance.randrange(1, 4))
        answer, error = yield from self._call(lambda client: client.ingest(events))
        while answer is None:
            if not may_be_stored(error):
                self.refused.update(event.content for event in events)
                return
            answer, error = yield from self._call(lambda client: client.ingest(events), is_again=True)
        assert len(answer.event_ids) == len(events)
        self._note(events, answer.event_ids)

    def _ingest_many(self) -> Steps:
        events = self._events(20)
        client, fault = self._meeting()
        outcomes: list[Any] = []
        run = client.ingest_many(events, batch_size=5, concurrency=2)
        try:
            yield Step(lambda: self._collect(run, outcomes), True)
        except InterruptedCallError:
            outcomes += run.unreported
        for outcome in outcomes:
            if outcome.event_id is not None:
                self._note([outcome.event], [outcome.event_id])
            elif may_be_stored(outcome.error):
                yield from self._ensure(outcome.event)
            else:
                self.refused.add(outcome.event.content)
        failed = {type(outcome.error): outcome.error for outcome in outcomes if outcome.error is not None}
        assert fault is not None or "interrupted" in str(failed) or not failed, failed

    def _ensure(self, event: EventPayload) -> Steps:
        """Send an event again that may be stored, until it is acknowledged."""
        answer = None
        while answer is None:
            answer, _ = yield from self._call(lambda client: client.ingest([event]), is_again=True)
        self._note([event], answer.event_ids)

    def _search(self) -> Steps:
        token = self.chance.choice(list(self.acknowledged) or ["nothing"]).split(" ")[-1]
        answer, _ = yield from self._call(lambda client: client.search(token, actor_id=self.name, limit=5))
        for result in [] if answer is None else answer.results:
            assert self.name in result.content, f"{self.name} was given {result.content!r}"

    def _status(self) -> Steps:
        known = list(self.acknowledged.values())
        if not known:
            return
        asked = self.chance.sample(known, min(len(known), 20))
        answer, _ = yield from self._call(lambda client: client.status(asked))
        if answer is not None:
            given = [*answer.completed_ids, *answer.failed_ids, *answer.pending_ids]
            assert sorted(given) == sorted(asked), f"{self.name} asked for {asked} and was given {given}"

    def _call(self, call: Callable[[Any], Any], *, is_again: bool = False) -> Steps:
        """A call's answer and its error, of which one is None; neither is there when it was interrupted."""
        client, fault = (self._client, None) if is_again else self._meeting()
        self.counts["calls"] += 1
        answer, error = None, None
        try:
            answer = yield Step(lambda: call(client), not is_again)
        except MemsyError as failure:
            error = failure
        except InterruptedCallError:
            self.counts["interrupted"] += 1
            return None, None
        expected = ANSWER if fault is None else fault.seen_by(self._carrier)
        if not (isinstance(error, MemsyTimeoutError) and expected.kind is MemsyTimeoutError):
            met, cause = fault.name if fault else "no fault", error and error.__cause__
            assert Outcome.of(error) == expected.expected, f"{self._carrier}: {met} gave {error!r} of {cause!r}"
        return answer, error

    def _meeting(self) -> tuple[Any, Fault | None]:
        """The client for the next call, and the fault that it meets, if any."""
        if self.chance.randrange(SHARE):
            return self._client, None
        fault = self.chance.choice(self._faults)
        self._number += 1
        self.counts["faults"] += 1
        headers = {HEADER: f"{fault.name}/{self.name}/{self._number}"}
        return self._client.with_options(timeout=fault.timeout(self._carrier), headers=headers), fault

    def _events(self, count: int) -> list[EventPayload]:
        self._number += 1
        return [
            EventPayload(self.name, "soak", "app_event", f"note {self.name}x{self._number}x{item}")
            for item in range(count)
        ]

    def _note(self, events: Iterable[EventPayload], ids: Iterable[str]) -> None:
        self.acknowledged.update((event.content, given) for event, given in zip(events, ids, strict=True))

    def _collect(self, run: Any, outcomes: list[Any]) -> Any:
        """Run an ingestion to its end."""
        if not self._is_async:
            outcomes.extend(run)
            return None

        async def collect() -> None:
            async for outcome in run:
                outcomes.append(outcome)  # noqa: PERF401 - what came before an interruption counts, too

        return collect()


def may_be_stored(error: MemsyError | None) -> bool:
    """As docs/failures.md has it; None is an interruption."""
    if isinstance(error, MemsyConnectionError):
        return not error.unsent
    if isinstance(error, MemsyAPIError):
        return error.status_code >= 500 or error.status_code == 408
    return error is None or isinstance(error, MemsyDecodeError)


def follow(steps: Steps, perform: Callable[[Step], Any]) -> None:
    """Make the calls of a turn."""
    try:
        step = next(steps)
        while True:
            try:
                result = perform(step)
            except (InterruptedCallError, MemsyError) as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration:
        return


async def async_follow(steps: Steps, chance: random.Random) -> None:
    """The same, with calls that are cancelled now and then."""
    try:
        step = next(steps)
        while True:
            try:
                result = await _cancelled_or_not(step, chance)
            except (InterruptedCallError, MemsyError) as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration:
        return


async def _cancelled_or_not(step: Step, chance: random.Random) -> Any:
    if not step.is_interruptible or chance.randrange(SHARE):
        return await step.call()
    task = asyncio.ensure_future(step.call())
    for _ in range(chance.randrange(100)):
        await asyncio.sleep(0)
    task.cancel()
    try:
        return await task
    except asyncio.CancelledError:
        raise InterruptedCallError from None


class TaskLimitError(Exception):
    """What the handler of a signal raises, as task queues do."""


class Alarm:
    """Interrupts calls of the main thread by a signal."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._is_armed = False
        signal.signal(signal.SIGALRM, self._handle)

    def perform(self, step: Step) -> Any:
        """Make a call, and interrupt it now and then."""
        if not step.is_interruptible or self._chance.randrange(SHARE):
            return step.call()
        try:
            try:
                self._is_armed = True
                signal.setitimer(signal.ITIMER_REAL, self._chance.uniform(1e-4, 2e-2))
                return step.call()
            finally:
                self._is_armed = False
                signal.setitimer(signal.ITIMER_REAL, 0)
        except TaskLimitError:
            raise InterruptedCallError from None

    def _handle(self, number: int, frame: object) -> None:
        if self._is_armed:
            self._is_armed = False
            raise TaskLimitError
