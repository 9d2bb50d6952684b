"""Whom a change breaks: a code base of callers, each line of which says what is to be found there."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkouts import Checkout

ROOT = Path(__file__).parents[2]
SHOP = Path(__file__).parent / "shop"

Run = Callable[..., tuple[int, str, str]]


def edited(document: dict[str, Any]) -> dict[str, Any]:
    """The contract with names, fields, values and the order of arguments changed."""
    text = (
        json.dumps(document).replace('"memories_stats"', '"memories_summary"').replace("/OrgResource", "/Organisation")
    )
    changed: dict[str, Any] = json.loads(text)
    schemas = changed["components"]["schemas"]
    schemas["Organisation"] = schemas.pop("OrgResource")
    schemas["SearchResult"]["properties"]["score"]["type"] = ["number", "null"]
    del schemas["SearchRequest"]["properties"]["limit"]
    for name, field in (("RoleCreate", "region"), ("EventPayload", "channel")):
        required, properties = schemas[name]["required"], schemas[name]["properties"]
        others = [(each, schema) for each, schema in properties.items() if each not in required]
        needed = [(each, properties[each]) for each in required]
        schemas[name]["properties"] = dict([*needed, (field, {"type": "string", "description": "New."}), *others])
        required.append(field)
    schemas["EventKind"]["enum"].remove("app_event")
    properties = schemas["OrgCreate"]["properties"]
    properties["name"] = properties.pop("name")  # behind the others
    return changed


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A repository with the real contract, edited and not committed."""
    checkout = Checkout(tmp_path / "repository")
    shutil.copytree(ROOT / "memsy_client", checkout.root / "memsy_client", ignore=shutil.ignore_patterns("__pycache__"))
    document = json.loads((ROOT / "memsy_client" / "_generated" / "openapi.json").read_text("utf-8"))
    contract = checkout.root / "openapi.yaml"
    contract.write_text(json.dumps(document), "utf-8")
    checkout.git("init", "--quiet")
    checkout.git("add", ".")
    checkout.git("commit", "--quiet", "--message=First")
    contract.write_text(json.dumps(edited(document)), "utf-8")
    return checkout


def expected(folder: Path) -> set[tuple[str, int, str, str]]:
    """What the lines say in comments such as `# broken: SearchResult.score`."""
    return {
        (str(path), number, said[1], said[2])
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (said := re.search(r"# (broken|maybe): (\S+)$", line))
    }


def found(review: Run, callers: Path) -> set[tuple[str, int, str, str]]:
    _, out, err = review("--base", "HEAD", "--callers", str(callers), "--format", "json")
    assert out, err
    return {(each["file"], each["line"], each["verdict"], each["name"]) for each in json.loads(out)["callers"]}


@pytest.mark.slow
def test_each_line_of_callers_is_found_with_its_verdict_and_name(review: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHOP, tmp_path / "elsewhere" / "shop"))
    (folder / ".venv").mkdir()
    (folder / ".venv" / "installed.py").write_text("from memsy_client import OrgResource")
    (folder / "broken.py").write_text("def (:")
    lines = expected(folder)
    assert len(lines) > 20
    assert {verdict for _, _, verdict, _ in lines} == {"broken", "maybe"}
    assert found(review, folder) == lines


@pytest.mark.slow
def test_a_single_file_is_checked_beside_its_neighbours(review: Run) -> None:
    file = SHOP / "shop" / "assistant.py"
    assert found(review, file) == {line for line in expected(SHOP) if line[0] == str(file)}


@pytest.mark.slow
def test_callers_of_what_did_not_change_are_not_looked_at(review: Run, checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "openapi.yaml")
    assert found(review, SHOP) == set()
