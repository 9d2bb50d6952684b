"""What an exception of an HTTP library means to a call, by the names of its classes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpcore
import pytest
from support.flavours import LIBRARIES

from memsy_client._transports import products
from memsy_client._transports.errors import failure


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
    assert products.installed_product("no-such-library") is None


@pytest.mark.parametrize(("beside", "version"), [("found-9.2.dist-info", "9.2"), ("found.egg-info", "8"), (None, "8")])
def test_a_library_that_is_not_loaded_is_named_however_it_is_installed(
    beside: str | None, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "libraries"
    if beside is None:
        with ZipFile(installed, "w") as archive:
            archive.writestr("found/__init__.py", "")
    else:
        for name in ("found", beside, "found_other-7.dist-info"):
            (installed / name).mkdir(parents=True)
        (installed / "found" / "__init__.py").touch()
    monkeypatch.syspath_prepend(installed)
    monkeypatch.setattr("importlib.metadata.version", lambda library: "8")
    assert products.installed_product("found") == f"found/{version}"
    assert "found" not in sys.modules
