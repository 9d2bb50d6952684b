"""What `from_env()` reads, and that an error of it names the variable."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from memsy_client import (
    AsyncMemsyClient,
    AsyncMemsyControlClient,
    MemsyClient,
    MemsyControlClient,
    MemsyInputError,
    RetryPolicy,
    Timeout,
)
from memsy_client._core import environment

CORE, CONTROL = [MemsyClient, AsyncMemsyClient], [MemsyControlClient, AsyncMemsyControlClient]
every = pytest.mark.parametrize("kind", [*CORE, *CONTROL], ids=lambda kind: kind.__name__)
VARIABLES = ["BASE_URL", "CONTROL_URL", "API_KEY", "TIMEOUT", "MAX_RETRIES", "LOG"]


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"MEMSY_{name}", raising=False)
    monkeypatch.setenv("MEMSY_BASE_URL", "http://memsy.test/v1")
    monkeypatch.setenv("MEMSY_API_KEY", "msy_topsecret")


@every
def test_time_out_and_retries_are_read_unless_they_are_given(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSY_TIMEOUT", " 2.5 ")
    monkeypatch.setenv("MEMSY_MAX_RETRIES", "7")
    settings = kind.from_env()._sender.settings
    assert (settings.timeout, settings.retry) == (Timeout.of(2.5), RetryPolicy(7))
    settings = kind.from_env(timeout=None, max_retries=1)._sender.settings
    assert (settings.timeout, settings.retry) == (Timeout(), RetryPolicy(1))
    assert kind.from_env(retry=RetryPolicy(2))._sender.settings.retry == RetryPolicy(2)
    monkeypatch.setenv("MEMSY_TIMEOUT", "")
    monkeypatch.delenv("MEMSY_MAX_RETRIES")
    settings = kind.from_env()._sender.settings
    assert (settings.timeout, settings.retry) == (Timeout.of(30.0), RetryPolicy(3))


@every
@pytest.mark.parametrize(
    ("variable", "values"),
    [
        ("MEMSY_BASE_URL", ["memsy.test/v1", "ftp://memsy.test/v1", "http://user:pass@memsy.test/v1"]),
        ("MEMSY_API_KEY", ["msy topsecret", "msy_topsécret", "\x07"]),
        ("MEMSY_TIMEOUT", ["soon", "0", "-1", "nan", "inf", "3s", "1e9"]),
        ("MEMSY_MAX_RETRIES", ["-1", "2.5", "many"]),
        ("MEMSY_LOG", ["loud", "1", "true"]),
    ],
)
def test_a_value_that_cannot_be_used_is_an_input_error_that_names_the_variable(
    kind: Any, variable: str, values: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in values:
        monkeypatch.setenv(variable, value)
        with pytest.raises(MemsyInputError, match=variable) as caught:
            kind.from_env()
        assert "secret" not in str(caught.value)
        assert "pass@" not in str(caught.value)


@pytest.mark.parametrize("kind", CONTROL)
def test_the_control_plane_is_beside_the_core_plane_unless_it_is_named(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kind.from_env().base_url == "http://memsy.test/api"
    monkeypatch.setenv("MEMSY_BASE_URL", "http://127.0.0.1:8080/v1/memsy/v1/")
    assert kind.from_env().base_url == "http://127.0.0.1:8080/v1/memsy/api"
    monkeypatch.setenv("MEMSY_CONTROL_URL", "http://elsewhere.test/control")
    assert kind.from_env().base_url == "http://elsewhere.test/control"
    monkeypatch.delenv("MEMSY_CONTROL_URL")
    monkeypatch.setenv("MEMSY_BASE_URL", "http://memsy.test/memory")
    with pytest.raises(MemsyInputError, match="MEMSY_CONTROL_URL"):
        kind.from_env()


@pytest.mark.parametrize("kind", CORE)
def test_the_core_plane_is_not_looked_for_beside_the_control_plane(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEMSY_BASE_URL")
    monkeypatch.setenv("MEMSY_CONTROL_URL", "http://memsy.test/api")
    with pytest.raises(MemsyInputError, match="MEMSY_BASE_URL"):
        kind.from_env()


@pytest.fixture
def logger(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """The logger as it is before anybody asks for anything."""
    monkeypatch.setattr(environment, "_log_handler", None)
    logger = logging.getLogger("memsy_client")
    level, handlers = logger.level, [*logger.handlers]
    yield logger
    logger.setLevel(level)
    logger.handlers[:] = handlers


def test_the_log_goes_to_stderr_once_at_the_level_that_is_asked_for(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own
    MemsyClient.from_env()
    logger.info("not yet")
    monkeypatch.setenv("MEMSY_LOG", "INFO")
    for _ in range(3):
        MemsyClient.from_env()
    logger.info("one")
    logger.debug("too much")
    monkeypatch.setenv("MEMSY_LOG", "debug")
    MemsyClient.from_env()
    logger.debug("two")
    assert [line.split(" ", 2)[2] for line in capsys.readouterr().err.splitlines()] == [
        "INFO memsy_client: one",
        "DEBUG memsy_client: two",
    ]


def test_an_application_that_logs_by_itself_does_not_see_each_line_twice(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEMSY_LOG", "info")
    MemsyClient.from_env()
    records: list[logging.LogRecord] = []

    class Own(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    logging.getLogger().addHandler(Own())
    logger.info("one")
    assert [record.getMessage() for record in records] == ["one"]
    assert capsys.readouterr().err == ""


def test_importing_and_constructing_set_up_no_log() -> None:
    program = (
        "import logging, memsy_client as m; m.MemsyClient('http://x.test/v1', 'k')\n"
        "log = logging.getLogger('memsy_client'); print(log.level, [type(each).__name__ for each in log.handlers])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env={"MEMSY_LOG": "debug"}, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "0 ['NullHandler']"
