"""`make mutants`: breaks the core in small ways, one at a time, and tells which of them no test notices.

mutmut makes the mutants and runs the tests that reach them. `mutants.toml` says which modules are mutated, which tests
run against each of them (the quick ones of its behaviour), and why some mutants may survive. It fails when fewer than
`LEAST` of a hundred are killed, and for a survivor without a reason.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import tomllib
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name, orig_function_and_class_names_from_key

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mutants.toml")
#: Where mutmut works: a folder of each module, in which `mutmut browse` and `mutmut show` tell more afterwards.
WORK = ROOT / ".mutants"
#: What has to be killed, in per cent.
LEAST = 90.0
#: How a run of pytest ends where a test fails, or that takes too long; 255, for one, is a run that could not begin.
KILLED = {1, 3, 24, -24, 36, 152}
#: What the tests need beside themselves.
NEEDED = ("codegen", "memsy_client", "openapi.yaml", "templates", "tests")
#: Each mutant is a run of pytest: what it would load, write and clean up besides takes longer than the tests.
PYTEST = ["-n0", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:support.tidy_checkout"]
PYTEST += ["-p", "no:unraisableexception", "-p", "no:threadexception", "-o", "filterwarnings="]
SETTINGS = """
[tool.mutmut]
source_paths = ["memsy_client"]
only_mutate = {only_mutate}
also_copy = ["codegen", "openapi.yaml", "templates"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = {pytest}
process_isolation = "forkserver"
timeout_multiplier = 4.0
timeout_constant = 5.0
"""


class Mutant(NamedTuple):
    """A change of a function that lasts until the next edit of its line, as `mutants.toml` names it."""

    function: str
    before: str
    after: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="try so many, drawn at random")
    parser.add_argument("--seed", type=int, help="draw these again")
    parser.add_argument("--module", action="append", help="of these modules alone, by their names")
    options = parser.parse_args()
    listed = tomllib.loads(LIST.read_text("utf-8"))
    modules = [m for m in listed["modules"] if not options.module or Path(m["path"]).stem in options.module]
    names = {module["path"]: mutants_of(module) for module in modules}
    is_sample = options.sample is not None
    if is_sample:
        names = drawn(names, options.sample, options.seed)
    total, survivors = 0, list[Mutant]()
    for path, of_path in names.items():
        started = time.monotonic()
        alive = list(survivors_of(path, of_path if is_sample else []))
        total, survivors = total + len(of_path), survivors + alive
        killed = len(of_path) - len(alive)
        print(f"{path}: {killed} of {len(of_path)} killed, {time.monotonic() - started:.0f} s", flush=True)
    whole = not is_sample and not options.module
    return report(total, survivors, listed["survivors"], whole=whole)


def drawn(names: dict[str, list[str]], count: int, seed: int | None) -> dict[str, list[str]]:
    """So many of these mutants, by module."""
    seed = random.randrange(10**6) if seed is None else seed
    print(f"SEED={seed}")
    pairs = [(path, name) for path, of_path in names.items() for name in of_path]
    chosen = sorted(random.Random(seed).sample(pairs, min(count, len(pairs))))
    return {path: [name for _, name in group] for path, group in itertools.groupby(chosen, lambda pair: pair[0])}


def mutants_of(module: dict[str, Any]) -> list[str]:
    """The names of all mutants of a module, for which a folder is made ready."""
    path = module["path"]
    work = WORK / Path(path).stem
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for needed in NEEDED:
        (work / needed).symlink_to(ROOT / needed)
    settings = SETTINGS.format(
        only_mutate=json.dumps([path]), tests=json.dumps(module["tests"]), pytest=json.dumps(PYTEST)
    )
    (work / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + settings, "utf-8")
    os.chdir(work)  # mutmut reads its settings from there
    made = mutate_file_contents(path, (ROOT / path).read_text("utf-8"), None, set())
    return [get_mutant_name(Path(path), name) for name in made.mutant_names]


def survivors_of(path: str, names: list[str]) -> Iterator[Mutant]:
    """Run the module's mutants, or those of these names, and give those that live."""
    work = WORK / Path(path).stem
    os.chdir(work)
    mutmut = [str(Path(sys.executable).with_name("mutmut")), "run", *names]
    with (work / "log").open("w") as log:
        ended = subprocess.run(mutmut, cwd=work, stdout=log, stderr=subprocess.STDOUT, check=False)
    if ended.returncode:
        sys.exit(f"mutmut failed, see {work / 'log'}:\n{(work / 'log').read_text()[-3000:]}")
    results = json.loads((work / "mutants" / f"{path}.meta").read_text("utf-8"))["exit_code_by_key"]
    for name, code in results.items():
        if names and name not in names:
            continue
        if code not in KILLED:
            yield described(name, path)


def described(name: str, path: str) -> Mutant:
    """What a mutant changes."""
    lines = get_diff_for_mutant(name, path=Path(path)).splitlines()
    function, class_name = orig_function_and_class_names_from_key(name)
    where = ".".join(filter(None, [Path(path).stem, class_name, function]))
    return Mutant(where, *(" ".join(changed_lines(lines, sign)) for sign in "-+"))


def changed_lines(diff: list[str], sign: str) -> Iterator[str]:
    """What the lines of a diff with that sign say."""
    return (line[1:].strip() for line in diff if line.startswith(sign) and not line.startswith(sign * 3))


def report(total: int, survivors: list[Mutant], listed: list[dict[str, Any]], *, whole: bool) -> int:
    """Say what has come of it; the command's status."""
    reasons = {Mutant(*mutant): group["reason"] for group in listed for mutant in group["mutants"]}
    rate = 100 * (1 - len(survivors) / total)
    print(f"{total - len(survivors)} of {total} mutants killed: {rate:.1f} %")
    unexplained = [mutant for mutant in survivors if mutant not in reasons]
    show(f"without a reason in {LIST.relative_to(ROOT)}", unexplained)
    if whole:
        show("that it names do not survive; take them out", [mutant for mutant in reasons if mutant not in survivors])
    return 1 if unexplained or (whole and rate < LEAST) else 0  # of a few, chance says how many live


def show(what: str, mutants: list[Mutant]) -> None:
    """Print mutants as the list has them."""
    if mutants:
        print(f"\n{len(mutants)} {what}:")
    for mutant in mutants:
        print(f"  {json.dumps(list(mutant), ensure_ascii=False)},")


if __name__ == "__main__":
    sys.exit(main())
