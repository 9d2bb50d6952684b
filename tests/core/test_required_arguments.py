"""None where an argument is required."""

from __future__ import annotations

import pytest

from memsy_client import MemsyClient, MemsyInputError


class Unreachable:
    def send(self, request, limits):
        raise AssertionError(f"sent: {request.method} {request.url}")

    def close(self):
        pass


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda memsy: memsy.roles.list(None), "org_id"),
        (lambda memsy: memsy.roles.get("r", None), "org_id"),
        (lambda memsy: memsy.roles.delete("r", None), "org_id"),
        (lambda memsy: memsy.roles.get(None, "o"), "role_id"),
        (lambda memsy: memsy.search(None), "query"),
        (lambda memsy: memsy.ingest(None), "events"),
        (lambda memsy: memsy.status(None), "event_ids"),
        (lambda memsy: memsy.orgs.create("o", None, "focus"), "name"),
    ],
)
def test_none_is_refused_before_anything_is_sent(call, name):
    memsy = MemsyClient("http://localhost/v1", "key", http_client=Unreachable())
    with pytest.raises(MemsyInputError, match=name) as caught:
        call(memsy)
    assert caught.value.operation
