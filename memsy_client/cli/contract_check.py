"""Holds what a server answers against the contract."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core import codec
from .._core.deviations import Deviation
from .._core.raw_response import RawResponse
from ..exceptions import AuthenticationError, MemsyConnectionError, MemsyDecodeError, MemsyError, RateLimitExceeded
from .clients import Client
from .probes import Probe, singular

#: The statuses of refusals that say something of the key, the plan or the data, and nothing of the server.
_DECLINED = {"400", "402", "403", "404", "409"}


class NotCheckedError(Exception):
    """The server cannot be reached, or refuses to be asked at all; the message says why in one line.

    Attributes:
        is_refused: Whether it could be reached.
    """

    def __init__(self, message: str, *, is_refused: bool) -> None:
        super().__init__(message)
        self.is_refused = is_refused


@dataclass(slots=True)
class Finding:
    """How one operation was answered on one plane.

    Attributes:
        outcome: `ok`; `deviates` from the contract; `failed`: an error that should not be; `declined`: one that the
            key, the plan or the data may explain; `skipped`: not asked, because a value that it needs is not known.
        status: The HTTP status, or None without a response.
        reason: Why it is not `ok`, where that is not in the deviations.
        deviations: Where the answer differs.
    """

    probe: Probe
    outcome: str
    status: int | None = None
    reason: str | None = None
    deviations: tuple[Deviation, ...] = ()


@dataclass(slots=True)
class ContractCheck:
    """A check of one server, plane by plane.

    Attributes:
        findings: What was found, in the order of the calls.
        clock_skew: By how many seconds the server's clock is ahead of this machine's; None if no answer has a `Date`.
    """

    clients: Mapping[str, Client]
    findings: list[Finding] = field(default_factory=list)
    clock_skew: float | None = None
    _known: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def run(self, probes: Sequence[Probe]) -> None:
        """Ask all of them, each as soon as other answers have given the values that it needs.

        Raises:
            NotCheckedError: A plane cannot be reached, or refuses the key or any further call.
        """
        waiting = list(probes)
        while ready := [probe for probe in waiting if self._values(probe) is not None]:
            for probe in ready:
                waiting.remove(probe)
                self.findings.append(self._ask(probe, self._values(probe) or {}))
        for probe in waiting:
            known = {name for _, values in self._known for name in values}
            missing = [name for name in probe.needs if name not in known] or probe.needs
            self.findings.append(Finding(probe, "skipped", reason=f"no {', '.join(missing)} is known"))

    def _values(self, probe: Probe) -> dict[str, str] | None:
        """The values that a probe needs, out of one object so that they go together; None if there is no such object.

        An object that operations of the same tag gave comes first.
        """
        needs = probe.needs
        if not needs:
            return {}
        fitting = [(tag, values) for tag, values in self._known if all(values.get(name) for name in needs)]
        return next((values for tag, values in fitting if tag == probe.tag), fitting[0][1] if fitting else None)

    def _ask(self, probe: Probe, values: dict[str, str]) -> Finding:
        try:
            response = self.clients[probe.plane]._sender.send_raw(probe.call(values))
        except MemsyConnectionError as error:  # pragma: no cover – in tests of processes
            raise NotCheckedError(f"the {probe.plane} plane cannot be reached: {error}", is_refused=False) from error
        except (AuthenticationError, RateLimitExceeded) as error:
            raise NotCheckedError(f"the {probe.plane} plane refuses: {error}", is_refused=True) from error
        except MemsyError as error:
            status = error.status_code
            is_allowed = status is not None and str(status) in probe.statuses & _DECLINED
            return Finding(probe, "declined" if is_allowed else "failed", status, " ".join(error.message.split()))
        self._read_clock(response)
        return self._compare(probe, values, response)

    def _compare(self, probe: Probe, values: dict[str, str], response: RawResponse[Any]) -> Finding:
        status = response.status_code
        try:
            deviations = (*_status_deviation(probe, status), *response.deviations)
            response.parse()
        except MemsyDecodeError as error:
            reason = f"the client cannot read it: {error.message}"
            deviations = response.deviations if error.location else ()
            return Finding(probe, "deviates", status, reason, deviations)
        if response.content:  # pragma: no branch – no operation that is asked has none
            own = {name: values[name] for name in probe.needs}
            self._known += [(probe.tag, {**own, **found}) for found in _ids(codec.loads(response.content), probe.tag)]
        return Finding(probe, "deviates" if deviations else "ok", status, deviations=deviations)

    def _read_clock(self, response: RawResponse[Any]) -> None:
        date = email.utils.parsedate_tz(response.headers.get("date") or "")
        if date is None:
            return
        # The header has whole seconds, cut off.
        skew = email.utils.mktime_tz(date) + 0.5 - time.time()
        self.clock_skew = min(skew, skew if self.clock_skew is None else self.clock_skew, key=abs)


def _status_deviation(probe: Probe, status: int) -> Iterator[Deviation]:
    if str(status) not in probe.statuses:
        expected = next(code for code in sorted(probe.statuses) if code.startswith("2"))
        yield Deviation("", f"the status {expected}", f"the status {status}")


def _ids(answer: Any, tag: str) -> Iterator[dict[str, str]]:
    """The texts in each object of an answer, by their names; a list of texts gives one of each.

    What is called `id` in an answer is called after the tag elsewhere: `connector_id`.
    """
    for found in _objects(answer):
        texts = {name: value for name, value in found.items() if isinstance(value, str) and value}
        yield texts | ({f"{singular(tag)}_id": texts["id"]} if "id" in texts else {})
        lists = ((name, value) for name, value in found.items() if isinstance(value, list))
        yield from ({singular(name): item} for name, items in lists for item in items if isinstance(item, str) and item)


def _objects(answer: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, outer ones first."""
    waiting = [answer]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += node.values()
