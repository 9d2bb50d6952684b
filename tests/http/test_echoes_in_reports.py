"""A key that the service echoes is not in a report of the error with the variables of its frames either."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import EACH_TRANSPORT, KEY, Flavour
from support.server import Server, answer

from memsy_client import MemsyAPIError

pytestmark = pytest.mark.anyio
ECHO = answer({"detail": f"no such key: {KEY}"}, 401, {"X-Debug": KEY, "x-request-id": KEY, KEY: "x"})


@pytest.mark.parametrize("api_key", [KEY, lambda: KEY], ids=["text", "function"])
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
async def test_an_echo_in_a_header(flavour: Flavour, api_key: Any, serve: Callable[..., Server]) -> None:
    server = serve(ECHO)
    async with flavour.client(server.origin, api_key=api_key) as client:
        with pytest.raises(MemsyAPIError) as caught:
            await flavour.call(client.search, "x")
    assert caught.value.__traceback__ is not None
    own = caught.value.with_traceback(caught.value.__traceback__.tb_next)  # without this function
    report = "".join(traceback.TracebackException.from_exception(own, capture_locals=True).format())
    assert "response" in report
    assert KEY not in report
    assert caught.value.response is not None
    assert not {name for name in caught.value.response.headers if KEY in name}
