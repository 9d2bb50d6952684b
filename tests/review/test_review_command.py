"""`make review`: what it compares, what it prints where, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkouts import Checkout
from edited_contract import Part

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[2]


def nothing(it: Part) -> None:
    pass


def lower_limit(it: Part) -> None:
    it.parameters[1]["schema"]["maximum"] = 40


def remove_limit(it: Part) -> None:
    del it.parameters[1]


def nullable_score(it: Part) -> None:
    it.fields("Result")["score"] = {"type": ["number", "null"]}


def other_words(it: Part) -> None:
    it.operation["description"] = "Runs it | twice."


def report(review: Run, *arguments: str) -> dict[str, Any]:
    _, out, _ = review("--format", "json", *arguments)
    found: dict[str, Any] = json.loads(out)
    return found


def test_no_difference_in_meaning_gives_empty_lists(checkout: Checkout, review: Run) -> None:
    contract = checkout.root / "openapi.yaml"
    document = json.loads(contract.read_text())
    document["components"]["schemas"] = dict(reversed(document["components"]["schemas"].items()))
    contract.write_text(f"# A comment.\n{json.dumps(document)}")
    assert review("--format", "json")[0] == 0
    assert report(review) == {"base": "v1", "bump": "none", "wire": [], "python": [], "callers": []}
    assert "no difference in meaning" in review()[1]


def test_words_alone_are_compatible_and_a_patch(checkout: Checkout, review: Run) -> None:
    checkout.edit(nothing, other_words)
    found = report(review)
    assert found["bump"] == "patch"
    assert [(each["verdict"], each["operation"]) for each in found["wire"]] == [("compatible", "e1_run")]
    assert found["python"] == []


def test_an_addition_is_minor_and_needs_no_word_in_the_changelog(checkout: Checkout, review: Run) -> None:
    checkout.edit(nothing, lambda it: it.fields("Result").update(extra={"type": "string"}))
    code, out, err = review("--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["bump"] == "minor"


def test_uncommitted_edits_are_compared_and_the_repository_stays_as_it_was(checkout: Checkout, review: Run) -> None:
    checkout.edit(remove_limit, nullable_score)
    (checkout.root / "notes.txt").write_text("not known to git")
    before = checkout.state()
    files = sorted(checkout.root.rglob("*"))
    found = report(review, "--base", "HEAD")
    assert checkout.state() == before
    assert sorted(checkout.root.rglob("*")) == files
    assert found["base"] == "HEAD"
    assert found["bump"] == "major"
    assert {each["name"] for each in found["python"] if each["verdict"] == "breaking"} == {
        "MemsyClient.e0.run.limit",
        "E1Result.score",
    }
    assert [each["operation"] for each in found["wire"] if each["verdict"] == "breaking"] == ["e0_run", "e1_run"]
    assert found["wire"][1] == {
        "verdict": "breaking",
        "operation": "e1_run",
        "pointer": "/components/schemas/E1Result/properties/score",
        "message": "response 200 score number → number or null",
    }


@pytest.mark.parametrize("base", ["HEAD~1", "v1", "main~1", "the hash"])
def test_base_is_a_hash_a_tag_or_a_branch(checkout: Checkout, review: Run, base: str) -> None:
    first = checkout.git("rev-parse", "HEAD").strip()
    checkout.edit(nothing, lower_limit)
    checkout.git("commit", "--quiet", "--all", "--message=Second")
    found = report(review, "--base", first[:12] if base == "the hash" else base)
    assert [each["message"] for each in found["wire"]] == ["the query parameter limit maximum 50 → 40"]


def test_without_a_base_it_is_the_newest_tag(checkout: Checkout, review: Run) -> None:
    checkout.edit(nothing, lower_limit)
    checkout.git("commit", "--quiet", "--all", "--message=Second", "--date=2040-01-01T00:00:00Z")
    checkout.git("tag", "v1.10")
    assert report(review)["base"] == "v1.10"
    checkout.git("tag", "--delete", "v1", "v1.10")
    assert review() == (2, "", "cannot review: there is no tag to compare with: say BASE=<hash, tag or branch>\n")


def test_a_base_that_was_not_generated_is_generated_from_its_contract(checkout: Checkout, review: Run) -> None:
    checkout.edit(nothing, remove_limit)
    checkout.git("commit", "--quiet", "--all", "--message=The contract alone")
    assert report(review, "--base", "HEAD")["python"] == []


def test_an_example_that_is_not_edited_yet_does_not_keep_a_change_from_review(checkout: Checkout, review: Run) -> None:
    def edit(it: Part) -> None:
        content = it.operation["requestBody"]["content"]["application/json"]
        content["example"] = {"name": 5, "example": {}}
        it.fields("Result")["example"] = {"type": "string", "description": "A field that is called like this."}

    checkout.edit(nothing, edit)
    found = report(review)
    assert [each["name"] for each in found["python"]] == ["E1Result.example"]
    assert found["bump"] == "minor"


def test_what_is_written_by_hand_is_compared_too(checkout: Checkout, review: Run) -> None:
    client = checkout.root / "memsy_client" / "client.py"
    text = client.read_text("utf-8")
    client.write_text(text.replace("max_retries: int = 3", "max_retries: int = 4"), "utf-8")
    found = report(review)["python"]
    assert [(each["verdict"], each["name"]) for each in found] == [("breaking", "MemsyClient.max_retries")]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("", 1),
        ("- `MemsyClient.e1.run` is gone, and so is `MemsyClient.e1.run.limits`.", 1),
        ("- `MemsyClient.e1.run.limit` is gone.", 1),
        ("- `MemsyClient.e1.run.limit` is gone; `e1_run`.", 0),
        ("- MemsyClient.e1.run.limit is gone (/paths/~1e1~1{item_id}/post/parameters/1).", 0),
    ],
)
def test_it_fails_when_the_changelog_leaves_out_a_break(checkout: Checkout, review: Run, named: str, code: int) -> None:
    checkout.edit(nothing, remove_limit)
    (checkout.root / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## [Unreleased]\n\n{named}\n\n## [1.0.0]\n\n- e1_run\n"
    )
    found, out, err = review("--format", "json")
    assert found == code
    assert json.loads(out)["bump"] == "major"
    assert bool(err) == bool(code)


def test_the_draft_for_the_changelog_names_every_break(checkout: Checkout, review: Run) -> None:
    checkout.edit(remove_limit, lambda it: (nullable_score(it), lower_limit(it)))
    _, out, _ = review()
    draft = out.partition("A draft for the changelog:")[2]
    (checkout.root / "CHANGELOG.md").write_text(f"## [Unreleased]\n{draft}")
    assert review()[0] == 0


def test_markdown_folds_the_generated_code_by_method_and_model(checkout: Checkout, review: Run) -> None:
    checkout.edit(lambda it: (remove_limit(it), other_words(it)), nullable_score)
    _, out, _ = review("--format", "markdown")
    assert "<summary><code>MemsyClient.e0.run</code></summary>" in out
    assert "<summary><code>E1Result</code></summary>" in out
    assert "\n-    score: float\n+    score: float | None\n" in out
    assert "| breaking | `MemsyClient.e0.run.limit` | is gone |" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--base", "nothing"], "BASE=nothing is not a hash, tag or branch of this repository"),
        (["--base=--all"], "BASE=--all is not a hash, tag or branch of this repository"),
        (["--format", "html"], "FORMAT=html is none of text, markdown, json"),
        (["--callers", "not/there"], "CALLERS=not/there is not there"),
        (["--strange"], "unrecognized arguments: --strange"),
    ],
)
def test_what_cannot_be_reviewed_is_told_in_a_line(review: Run, arguments: list[str], told: str) -> None:
    assert review(*arguments) == (2, "", f"cannot review: {told}\n")


@pytest.mark.parametrize(("text", "told"), [("openapi: [", "is not YAML"), ("openapi: 3.1.0", "cannot be generated")])
def test_a_contract_that_cannot_be_read_is_told_in_a_line(
    checkout: Checkout, review: Run, text: str, told: str
) -> None:
    (checkout.root / "openapi.yaml").write_text(text)
    code, out, err = review()
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_a_base_without_a_contract_is_told_in_a_line(checkout: Checkout, review: Run) -> None:
    checkout.git("rm", "--quiet", "openapi.yaml", "--cached")
    checkout.git("commit", "--quiet", "--message=Without")
    assert review("--base", "HEAD")[::2] == (2, "cannot review: BASE=HEAD has no openapi.yaml or no memsy_client\n")


def test_the_command_reviews_this_repository() -> None:
    command = [sys.executable, "-m", "review", "--base", "nothing", "--format", "json"]
    ran = subprocess.run(command, cwd=ROOT / "codegen", capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("cannot review: ")
