"""What hosts and tools read of the repository: attributes of files, workflows, the environment of hooks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git alone knows what attributes files have")
def test_generated_files_are_marked_and_no_others_are() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    command = ["git", "check-attr", "-z", "--stdin", "linguist-generated", "eol"]
    told = subprocess.run(command, cwd=ROOT, input=listed, capture_output=True, check=True).stdout.decode()
    rows = list(zip(*[iter(told.split("\0"))] * 3, strict=False))
    marked = {name for name, attribute, value in rows if (attribute, value) == ("linguist-generated", "true")}
    generated = {name for name, _, _ in rows if name.startswith("memsy_client/_generated/")}
    assert "memsy_client/_generated/client.py" in generated
    assert marked == generated
    assert {value for _, attribute, value in rows if attribute == "eol"} == {"lf"}


def test_who_reports_or_changes_the_contract_is_asked_what_it_breaks() -> None:
    forms = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*")}
    assert set(forms) == {"bug", "config", "contract"}
    for name in ("bug", "contract"):
        assert forms[name]["name"]
        assert all(part["attributes"]["label"] for part in forms[name]["body"])
    assert "make review" in str(forms["contract"])
    assert "make review" in (ROOT / ".github" / "PULL_REQUEST_TEMPLATE.md").read_text("utf-8")


def test_every_action_is_pinned_to_a_commit_and_says_its_version() -> None:
    assert len(WORKFLOWS) >= 3
    used = [line for path in WORKFLOWS for line in re.findall(r"uses: .*", path.read_text("utf-8"))]
    assert len(used) > 5
    assert [line for line in used if not re.fullmatch(r"uses: [\w./-]+@[0-9a-f]{40} # v[\d.]+", line)] == []


def test_the_workflows_run_every_python_that_the_package_supports() -> None:
    classifiers = re.findall(r":: (3\.\d+)\"", (ROOT / "pyproject.toml").read_text("utf-8"))
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert workflow["jobs"]["run"]["strategy"]["matrix"]["python"] == classifiers
    steps = [job["steps"] for job in workflow["jobs"].values()]
    assert {"bash .ci/run", "make release-check"} <= {step.get("run") for found in steps for step in found}


def test_only_publishing_may_ask_for_an_identity_and_only_commenting_may_write() -> None:
    granted = {}
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            rights = {f"{what}: {right}" for what, right in job.get("permissions", {}).items()} - {"contents: read"}
            if rights:
                granted[name] = rights
                assert not any("checkout" in step.get("uses", "") for step in job["steps"]), (
                    "it must run none of our code"
                )
    assert granted == {"publish": {"id-token: write"}, "comment": {"pull-requests: write"}}
