"""Write `memsy_client/_generated` from openapi.yaml, generator-config.yaml and templates/.

    python codegen/generate.py            generate beside, then swap: a failure leaves the committed tree as it was
    python codegen/generate.py --check    fail when the committed tree is not what a fresh run gives, byte for byte

Anything that the generator could not make sense of is an error; what is merely not finished is a warning, unless
`--check --complete` asks for it.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import filecmp
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import docstrings
import rules
from contract import ContractError, TemplateContext, as_the_library_reads_it, escaped, literal, read_document
from jinja2 import StrictUndefined, TemplateError
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

ROOT = Path(__file__).resolve().parent.parent


def generate(
    spec: Path,
    output: Path,
    *,
    core: str = "memsy_client._core",
    settings: Path = ROOT / "generator-config.yaml",
    templates: Path = ROOT / "templates",
) -> None:
    """Generate the package `output` (which must not exist) from the document `spec`.

    `core` is the package that the generated code uses. Raises `ContractError`, which lists all faults of the document.
    """
    document = read_document(spec)
    if faults := rules.wrong(document, read_document(settings).get("extensions", [])):
        raise ContractError(_located(spec, faults))
    config = Config.from_sources(
        ConfigFile.load_from_path(settings),
        MetaType.NONE,
        document_source=spec,
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )
    readable = as_the_library_reads_it(document)
    data = GeneratorData.from_dict(copy.deepcopy(readable), config=config)
    if isinstance(data, GeneratorError):
        raise ContractError(_located(spec, _problems([data])))
    tags = data.endpoint_collections_by_tag.values()
    _raise_for(spec, [*data.errors, *(error for tag in tags for error in tag.parse_errors)])
    try:
        context = TemplateContext(readable, data, core)
    except ContractError as error:
        raise ContractError(_located(spec, str(error).splitlines())) from error
    data.models, data.enums = context.models, context.enums
    project = Project(openapi=data, config=config, custom_template_path=templates)
    project.env.undefined = StrictUndefined
    project.env.globals |= {"contract": context, "docstrings": docstrings, "spec": _identity(spec, document)}
    project.env.filters["literal"] = literal
    with contextlib.redirect_stdout(io.StringIO()), _own_programs_first():
        try:
            problems = project.build()
        except TemplateError as error:
            raise ContractError(f"a template cannot be rendered: {error!r}") from error
    _raise_for(spec, problems)
    for unused in ("types.py", "errors.py"):  # the generator writes them whatever the templates say
        (output / unused).unlink()
    # The embedded server reads the contract without a YAML library.
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (output / "openapi.json").write_text(text, encoding="utf-8")


def _identity(spec: Path, document: dict[str, Any]) -> dict[str, str]:
    """What tells one contract from another: the version that it gives itself, and a hash of its file."""
    return {"version": document["info"]["version"], "sha256": hashlib.sha256(spec.read_bytes()).hexdigest()}


@contextlib.contextmanager
def _own_programs_first() -> Iterator[None]:
    """The formatter is the one that is installed beside this interpreter."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _raise_for(spec: Path, problems: Sequence[GeneratorError]) -> None:
    if problems:
        raise ContractError(_located(spec, _problems(problems)))


def _located(spec: Path, faults: Sequence[str]) -> str:
    """Faults, which begin with a JSON pointer, a line each with the file."""
    names = (spec.name if fault.startswith("#") else f"{spec.name}: " for fault in faults)
    return "\n".join(f"{name}{escaped(fault)}" for name, fault in zip(names, faults, strict=True))


def _problems(problems: Sequence[GeneratorError]) -> list[str]:
    """What the library could not make sense of, each with its JSON pointer where it says one in words of its own."""
    lines = (f"{_pointer(problem.header)}{problem.header}: {problem.detail or ''}" for problem in problems)
    # It shows some objects as they are.
    lines = (re.sub(r"<?[\w.]+ object at 0x[0-9a-f]+>?", "(an object)", line) for line in lines)
    return list(dict.fromkeys(re.sub(r"\s+", " ", line.strip(" :\n")) for line in lines))


def _pointer(header: str) -> str:
    if schema := re.search(r" (/components/schemas/\S+)$", header):
        return f"#{schema[1]}: "  # pragma: no cover – in no contract of the tests
    if operation := re.search(r"parsing ([A-Z]+) (/.*) within", header):
        return f"#/paths/{operation[2].replace('~', '~0').replace('/', '~1')}/{operation[1].lower()}: "
    return ""


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(fresh: Path, committed: Path) -> list[str]:
    """What differs between two trees, a line each; files that only one of them has included."""
    ours, theirs = _files(fresh), _files(committed)
    return [
        *(f"missing: {name}" for name in sorted(ours - theirs)),
        *(f"not generated: {name}" for name in sorted(theirs - ours)),
        *(
            f"differs: {name}"
            for name in sorted(ours & theirs)
            if not filecmp.cmp(fresh / name, committed / name, shallow=False)
        ),
    ]


def swap(fresh: Path, target: Path, bin_: Path) -> None:
    """Replace `target`, which moves to `bin_`, by `fresh`."""
    if target.exists():
        target.rename(bin_)
    try:
        fresh.rename(target)
    except OSError:
        if bin_.exists():  # pragma: no branch – it was in all tests
            bin_.rename(target)
        raise


def _unfinished(spec: Path) -> str:
    return _located(spec, rules.incomplete(read_document(spec)))


def _warn(spec: Path) -> None:
    """Say on stderr what of the document is not finished, and what has no part in the client."""
    if passed_over := list(rules.passed_over(read_document(spec))):
        print(_located(spec, passed_over), file=sys.stderr)  # pragma: no cover – in no contract of the tests
    if unfinished := _unfinished(spec):  # pragma: no branch – in no contract of the tests
        print(f"not finished, `make check` will say so, too:\n{unfinished}", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    parser.add_argument("--complete", action="store_true", help="with --check, fail for what is not finished, too")
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", metavar="FILE")
    parser.add_argument("--output", type=Path, default=ROOT / "memsy_client" / "_generated", metavar="FOLDER")
    arguments = parser.parse_args()

    if not arguments.check:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
    # What is generated has to be on the committed tree's file system to replace it in one step.
    beside = None if arguments.check else arguments.output.parent
    with tempfile.TemporaryDirectory(prefix=".generating-", dir=beside) as workshop:
        fresh = Path(workshop, "fresh")
        try:
            generate(arguments.spec, fresh)
        except Exception as error:
            if not isinstance(error, ContractError):
                traceback.print_exc()
            print(f"cannot generate from {arguments.spec.name}; nothing was changed\n{error}", file=sys.stderr)
            return 1
        if not arguments.check:
            swap(fresh, arguments.output, Path(workshop, "former"))
            _warn(arguments.spec)
            return 0
        found = differences(fresh, arguments.output)
    unfinished = _unfinished(arguments.spec) if arguments.complete else ""
    if unfinished:  # pragma: no cover – in no contract of the tests
        print(f"the contract is not finished\n{unfinished}")
        return 1
    if found:
        print("\n".join([*found, "the committed client is not what the spec generates: run `make generate`"]))
        return 1
    print(f"{arguments.output.name}: as {arguments.spec.name} generates it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
