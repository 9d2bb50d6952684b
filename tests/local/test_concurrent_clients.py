"""Thirty-two clients at once, mixing all operations: no error, no lost write, no row of another organisation."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from memsy_client import MemsyClient, MemsyControlClient
from memsy_client.local import LocalMemsy

CLIENTS = 32
ORGS = 4


class Visitor:
    """One client's work, and what it wrote."""

    def __init__(self, memsy: LocalMemsy, number: int, keys: list[str]) -> None:
        self.number = number
        self.org = f"org{number % ORGS}"
        key = keys[number % ORGS]
        self.core = MemsyClient(memsy.base_url, key, max_retries=0)
        self.control = MemsyControlClient(memsy.control_url, key, max_retries=0)
        self.chance = random.Random(number)
        self.events: dict[str, str] = {}
        self.roles: list[str] = []

    def work(self, steps: int) -> Visitor:
        with self.core, self.control:
            for step in range(steps):
                self.chance.choice([self.ingest, self.search, self.browse, self.group, self.account])(step)
            self.ingest(steps)
        return self

    def ingest(self, step: int) -> None:
        contents = [f"{self.org} visitor{self.number} step{step} item{item} likes tea" for item in range(3)]
        events = [
            {"actor_id": f"{self.org}-actor", "session_id": "s", "kind": "user_message", "content": c} for c in contents
        ]
        from memsy_client import EventPayload

        answer = self.core.ingest([EventPayload(**event) for event in events])
        self.events.update(zip(answer.event_ids, contents, strict=True))

    def search(self, step: int) -> None:
        for result in self.core.search("who likes tea", limit=20).results:
            assert result.content.startswith(f"{self.org} "), "a memory of another organisation"

    def browse(self, step: int) -> None:
        for item in self.core.memories.list(limit=50).items:
            assert item.org_id == self.org
        for event in self.control.events.list(limit=50).items:
            assert event.org_id == self.org
        self.core.memories.stats()
        self.core.status(list(self.events)[:500])

    def group(self, step: int) -> None:
        role = self.core.roles.create(self.org, f"role {self.number} {step}", "tea")
        assert self.core.roles.update(role.role_id, self.org, focus="coffee").focus == "coffee"
        if self.chance.random() < 0.5:
            self.core.roles.delete(role.role_id, self.org)
        else:
            self.roles.append(role.role_id)

    def account(self, step: int) -> None:
        assert self.control.me().org_id == self.org
        self.control.usage.summary()
        key = self.control.keys.create(f"key {self.number} {step}")
        self.control.keys.delete(key.key_id)


@pytest.mark.slow
@pytest.mark.parametrize("on_disk", [True, False], ids=["file", "memory"])
def test_thirty_two_clients_mix_all_operations(tmp_path, on_disk):
    with LocalMemsy(tmp_path / "memsy.db" if on_disk else None) as memsy:
        keys = [memsy.create_key(org=f"org{number}") for number in range(ORGS)]
        visitors = [Visitor(memsy, number, keys) for number in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda visitor: visitor.work(8), visitors))
        memsy.settle(60)
        assert {received.status for received in memsy.requests} <= {200, 204}
        for number in range(ORGS):
            check_org(memsy, f"org{number}", keys[number], [v for v in visitors if v.org == f"org{number}"])


def check_org(memsy, org, key, visitors):
    events = {event_id: content for visitor in visitors for event_id, content in visitor.events.items()}
    with MemsyClient(memsy.base_url, key) as core, MemsyControlClient(memsy.control_url, key) as control:
        ids = list(events)
        for start in range(0, len(ids), 500):
            asked = ids[start : start + 500]
            assert core.status(asked).completed_ids == asked
        assert control.events.list(limit=1).total == len(events)
        assert core.memories.list(limit=1).total == len(events)
        roles = {role.role_id for role in core.roles.list(org, limit=200)}
        assert roles == {role_id for visitor in visitors for role_id in visitor.roles}
        used = {item.dimension: item.used for item in control.usage.summary().dimensions}
        assert used["events_ingested"] == used["memory_stored"] == len(events)


def test_writers_that_wait_are_committed_together_and_fail_alone(memsy):
    store = memsy.engine.services.store

    def work(number):
        def write(connection):
            connection.execute("INSERT INTO counters VALUES (?, 1)", (f"writer {number}",))
            if number % 2:
                raise KeyError(number)
            return number

        try:
            return store.write(write)
        except KeyError as error:
            return error

    with ThreadPoolExecutor(CLIENTS) as threads:
        results = list(threads.map(work, range(200)))
    assert [result for result in results if isinstance(result, int)] == list(range(0, 200, 2))
    with store.read() as connection:
        (count,) = connection.execute("SELECT count(*) FROM counters WHERE kind LIKE 'writer %'").fetchone()
    assert count == 100
