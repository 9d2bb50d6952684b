"""What an exception of an HTTP library means to a call, by the names of its classes."""

from __future__ import annotations

from typing import Any

import httpcore
import pytest
from support.flavours import LIBRARIES

from memsy_client._transports.errors import failure
from memsy_client._transports.products import installed_product


@pytest.mark.parametrize("library", [httpcore, *LIBRARIES], ids=lambda library: library.__name__)
@pytest.mark.parametrize(
    ("name", "message", "unsent", "timed_out"),
    [
        ("ConnectError", "cannot connect: it broke", True, False),
        ("ConnectTimeout", "timed out (ConnectTimeout)", True, True),
        ("PoolTimeout", "timed out (PoolTimeout)", True, True),
        ("ReadTimeout", "timed out (ReadTimeout)", False, True),
        ("ReadError", "the connection failed (ReadError: it broke)", False, False),
        ("RemoteProtocolError", "the answer is not complete, valid HTTP (RemoteProtocolError)", False, False),
    ],
)
def test_of_each_library(library: object, name: str, message: str, unsent: bool, timed_out: bool) -> None:
    error = failure(getattr(library, name)("it broke"))
    assert (error.message, error.unsent, error.timed_out) == (message, unsent, timed_out)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
def test_a_hook_that_reads_what_is_not_compressed_as_it_says(library: Any) -> None:
    assert failure(library.DecodingError("it broke")).message == "the response's compression is broken"


def test_a_library_that_is_not_installed_has_no_name_in_the_user_agent() -> None:
    assert installed_product("no-such-library") is None
    assert installed_product("httpcore") == f"httpcore/{httpcore.__version__}"
