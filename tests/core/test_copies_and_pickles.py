"""Copies of clients have no connections of their own, which a forked child would share; a pickle would hold the key."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from typing import Any

import pytest
from support.flavours import KEY

from memsy_client import AsyncMemsyClient, AsyncMemsyControlClient, MemsyClient, MemsyControlClient

CLIENTS = [MemsyClient, AsyncMemsyClient, MemsyControlClient, AsyncMemsyControlClient]
each_kind = pytest.mark.parametrize("kind", CLIENTS)


def parts(client: Any) -> list[Any]:
    public = [getattr(client, name) for name in dir(client) if not name.startswith("_")]
    resources = [value for value in public if hasattr(value, "_sender")]
    assert resources
    return [client, client.with_options(timeout=1), *resources]


@each_kind
def test_a_deep_copy_is_a_view(kind: Any) -> None:
    client = kind("http://memsy.test", KEY)
    view = copy.deepcopy({"a setting": [client]})["a setting"][0]
    assert type(view) is kind
    assert view._is_view
    for original, copied in zip(parts(client), map(copy.deepcopy, parts(client)), strict=True):
        assert copied._sender.shared is original._sender.shared


@each_kind
@pytest.mark.parametrize("api_key", [KEY, lambda: KEY], ids=["text", "function"])
def test_nothing_of_it_can_be_pickled(kind: Any, api_key: Any) -> None:
    client = kind("http://memsy.test", api_key)
    for part in [*parts(client), client.with_raw_response]:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match=r"^a client cannot be pickled: .* make one in each process$"):
                pickle.dumps(part, protocol)


def test_a_process_that_is_spawned_says_so_before_it_starts() -> None:
    process = multiprocessing.get_context("spawn").Process(target=print, args=(MemsyClient("http://memsy.test", KEY),))
    with pytest.raises(TypeError, match="make one in each process"):
        process.start()
