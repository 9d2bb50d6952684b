"""api.md: a line for each method, model and exception, written from the listing of the surface."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import memsy_client
from memsy_client import exceptions, models

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lines() -> list[str]:
    from review.api_page import api_page
    from review.surface import read_surface

    return api_page(read_surface(ROOT / "memsy_client")).splitlines()


def test_the_committed_page_is_current(lines: list[str]) -> None:
    assert (ROOT / "api.md").read_text("utf-8").splitlines() == lines


def test_every_model_and_exception_has_a_line(lines: list[str]) -> None:
    errors = [name for name in exceptions.__all__ if issubclass(getattr(exceptions, name), Exception)]
    assert len(errors) > 10
    for name in [*errors, *models.__all__]:
        assert sum(line.startswith((f"- `{name}(", f"- `{name}`:")) for line in lines) == 1, name


@pytest.mark.parametrize("name", ["MemsyClient", "MemsyControlClient"])
def test_every_method_of_a_client_has_a_line(lines: list[str], name: str) -> None:
    start = lines.index(f"## {name}")
    methods = [
        attribute
        for attribute in dir(getattr(memsy_client, name))
        if not attribute.startswith("_") and callable(getattr(getattr(memsy_client, name), attribute))
    ]
    assert len(methods) > 4
    for method in methods:
        assert any(line.startswith(f"- `{method}(") for line in lines[start:]), method


def test_a_line_says_how_a_method_is_called_and_what_the_contract_says_of_it(lines: list[str]) -> None:
    (line,) = [line for line in lines if line.startswith("- `orgs.create(")]
    assert (
        line
        == "- `orgs.create(org_id: str, name: str, focus: str) -> OrgResource`, `POST /orgs`, scope `write`, admins"
    )


def test_the_check_fails_for_a_page_of_another_surface(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from review import api_page

    (tmp_path / "memsy_client").symlink_to(ROOT / "memsy_client")
    monkeypatch.setattr(api_page, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["api_page", "--check"])
    assert api_page.main() == 1
    assert "make generate" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["api_page"])
    assert api_page.main() == 0
    monkeypatch.setattr(sys, "argv", ["api_page", "--check"])
    assert api_page.main() == 0
