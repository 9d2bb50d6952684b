"""`make generate` and its check: the same bytes from any state, and a failure changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
FIXTURE = Path(__file__).parent / "fixture.yaml"
COMMITTED = ROOT / "memsy_client" / "_generated"

Run = Callable[..., int]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "package" / "_generated"


@pytest.fixture
def run(generator: ModuleType, output: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, on the fixture contract unless another is given."""

    def main(*options: str, spec: Path = FIXTURE) -> int:
        argv = ["generate.py", "--spec", str(spec), "--output", str(output), *options]
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", argv)
            return int(generator.main())

    return main


@pytest.fixture
def quick(generator: ModuleType, odd_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generates by copying what was generated before, for tests of what is done with it."""

    def copy(spec: Path, fresh: Path) -> None:
        shutil.copytree(odd_folder, fresh, ignore=shutil.ignore_patterns("__pycache__"))

    monkeypatch.setattr(generator, "generate", copy)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.slow
@pytest.mark.usefixtures("generator")
def test_twice_in_a_row_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    results = []
    for seed in ("0", "4711"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, ROOT / "codegen" / "generate.py", "--spec", FIXTURE, "--output", folder],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=tmp_path,
            timeout=120,
        )
        results.append(contents(folder))
    assert results[0] == results[1]
    assert not [name for name in results[0] if not name.endswith((".py", ".json"))]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("state", ["missing", "half-written", "stray files", "corrupt", "a file"])
def test_any_state_before_gives_the_same_tree(run: Run, output: Path, state: str, tmp_path: Path) -> None:
    assert run() == 0
    expected = contents(output)
    if state in ("missing", "a file"):
        shutil.rmtree(output)
    if state == "a file":
        output.write_text("in the way")
    if state == "half-written":
        shutil.rmtree(output / "models")
    if state == "stray files":
        (output / "api" / "stray").mkdir()
        (output / "api" / "stray" / "stray.py").write_text("stray")
        (output / ".hidden").write_text("stray")
    if state == "corrupt":
        (output / "client.py").write_text("def (")
    assert run() == 0
    assert contents(output) == expected
    assert [path.name for path in output.parent.iterdir()] == ["_generated"]


@pytest.mark.usefixtures("generator")
def test_the_committed_client_can_be_made_again_when_nothing_of_it_is_left(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    for name in ("codegen", "templates", "memsy_client"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("_generated", "__pycache__", "local"))
    for name in ("openapi.yaml", "generator-config.yaml"):
        shutil.copy(ROOT / name, copy / name)
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    subprocess.run([sys.executable, copy / "codegen" / "generate.py"], check=True, env=environment, cwd=tmp_path)
    made = contents(copy / "memsy_client" / "_generated")
    assert made == {name: content for name, content in contents(COMMITTED).items() if "__pycache__" not in name}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda tree: (tree / "client.py").write_text("# edited"), "differs: client.py"),
        (lambda tree: (tree / "models" / "tree.py").unlink(), "missing: models/tree.py"),
        (lambda tree: (tree / "models" / "stray.py").write_text(""), "not generated: models/stray.py"),
        (lambda tree: (tree / ".hidden").write_text(""), "not generated: .hidden"),
        (lambda tree: shutil.rmtree(tree), "missing: client.py"),
    ],
)
def test_the_check_finds_what_was_changed_lost_or_added(
    run: Run, output: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], Any], told: str
) -> None:
    assert run() == 0
    assert run("--check") == 0
    harm(output)
    before = contents(output) if output.exists() else None
    capsys.readouterr()
    assert run("--check") == 1
    assert told in capsys.readouterr().out
    assert (contents(output) if output.exists() else None) == before


@pytest.mark.usefixtures("quick")
def test_compiled_files_are_none_of_the_checks_business(run: Run, output: Path) -> None:
    assert run() == 0
    (output / "models" / "__pycache__").mkdir()
    (output / "models" / "__pycache__" / "tree.cpython-311.pyc").write_bytes(b"")
    assert run("--check") == 0


def failing(run: Run, output: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    """What a run that has to fail says; the tree before stays, and nothing is left behind."""
    output.mkdir(parents=True)
    (output / "kept.py").write_text("kept")
    assert run(**options) == 1
    assert contents(output) == {"kept.py": b"kept"}
    assert [path.name for path in output.parent.iterdir()] == ["_generated"]
    told = capsys.readouterr()
    assert told.out == ""
    assert "cannot generate from" in told.err
    return told.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"openapi: [", "is not YAML"),
        (b"a: 1\na: 2\n", "duplicate key"),
        (b"\xff\xfe\xff", "is not YAML"),
        (b"", "not an OpenAPI document"),
        (b"- a list", "not an OpenAPI document"),
        (b"swagger: '2.0'", "spec.yaml#: the keyword 'swagger' is not one that the generator understands"),
        (b"openapi: 3.1.0", "Failed to parse OpenAPI document"),
        (b"a: &a {b: *a}", "an anchor that contains itself"),
    ],
)
def test_what_is_no_contract_fails(
    run: Run, output: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: bytes, told: str
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_bytes(text)
    assert told in failing(run, output, capsys, spec=spec)


def test_a_contract_that_is_not_there_fails(
    run: Run, output: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "missing.yaml" in failing(run, output, capsys, spec=tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("template", "text", "told"),
    [
        ("model.py.jinja", "{% if %}", "a template cannot be rendered"),
        ("model.py.jinja", "{{ no_such_name.attribute }}", "a template cannot be rendered"),
        ("client.py.jinja", "{{ 1 / 0 }}", "division by zero"),
        ("client.py.jinja", "def (:", "ruff failed"),
        ("client.py.jinja", "undefined_name", "F821"),
    ],
)
def test_a_template_that_crashes_or_writes_nonsense_fails(
    generator: ModuleType,
    run: Run,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    template: str,
    text: str,
    told: str,
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", templates)
    (templates / template).write_text(text)
    generate = generator.generate
    monkeypatch.setattr(generator, "generate", lambda spec, fresh: generate(spec, fresh, templates=templates))
    assert told in failing(run, output, capsys)


def test_a_formatter_that_is_not_installed_fails(
    generator: ModuleType,
    run: Run,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    settings = tmp_path / "settings.yaml"
    text = (ROOT / "generator-config.yaml").read_text(encoding="utf-8")
    settings.write_text(re.sub(r"- ruff format", "- no-such-formatter", text), encoding="utf-8")
    generate = generator.generate
    monkeypatch.setattr(generator, "generate", lambda spec, fresh: generate(spec, fresh, settings=settings))
    assert "no-such-formatter is not in PATH" in failing(run, output, capsys)


def test_the_formatter_beside_the_interpreter_is_used_whatever_the_path(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bin" / "ruff"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    assert run() == 0


def test_a_run_that_is_interrupted_leaves_nothing_behind(
    generator: ModuleType, run: Run, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(spec: Path, fresh: Path) -> None:
        fresh.mkdir()
        (fresh / "half.py").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(generator, "generate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert list(output.parent.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_a_tree_that_cannot_take_its_place_leaves_the_one_before(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output.mkdir(parents=True)
    (output / "kept.py").write_text("kept")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "fresh":
            raise OSError("disk full")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="disk full"):
        run()
    assert contents(output) == {"kept.py": b"kept"}
