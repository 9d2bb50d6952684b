"""A few examples of `make fuzz`, the same ones every time; and both as they are run, for longer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz import CHECKS, Wire, run
from support.flavours import EACH_TRANSPORT, Flavour

HERE = Path(__file__).parent


@pytest.mark.parametrize("what", CHECKS)
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
def test_some_examples(flavour: Flavour, what: str) -> None:
    with Wire.of(flavour) as wire:
        run(wire, what, examples=10, seed="1")


@pytest.mark.slow
@pytest.mark.parametrize(
    "program", [["fuzz.py", "--examples", "10000"], ["soak.py", "--seconds", "30"]], ids=lambda p: p[0]
)
def test_as_it_is_run(program: list[str]) -> None:
    path = os.pathsep.join([str(HERE.parent), str(HERE.parents[1])])
    command = [sys.executable, HERE / program[0], *program[1:], "--seed", "1"]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "all is well" in done.stdout
