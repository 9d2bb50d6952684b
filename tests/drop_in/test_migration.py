"""docs/migration.md: what its program makes of code for the official package runs without the drop-in."""

from __future__ import annotations

import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest
from programs import SNIPPETS, run

from memsy_client._drop_in.aliases import RENAMED

PAGE = (Path(__file__).parents[2] / "docs" / "migration.md").read_text("utf-8")
[PROGRAM] = [code for code in re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S) if "RENAMED" in code]
#: Annotations with the classes of methods, which have no public name here, are for their authors to change.
BY_HAND = {"type_annotations"}


def test_the_page_renames_what_the_drop_in_renames():
    assert dict(re.findall(r'^    "(\w+)": "(\w+)",$', PROGRAM, re.M)) == RENAMED


@pytest.mark.parametrize("name", sorted(SNIPPETS.keys() - BY_HAND))
def test_a_program_runs_after_its_imports_are_rewritten(name, server, tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    shutil.copy(SNIPPETS[name], tmp_path / "src")
    monkeypatch.chdir(tmp_path)
    exec(PROGRAM, {})
    path = tmp_path / "src" / f"{name}.py"
    code = path.read_text("utf-8")
    assert re.search(r"^ *(from|import) memsy_client\b", code, re.M)
    assert not re.search(r"^ *(from|import) memsy\b", code, re.M)
    run(path, server)
    assert "memsy" not in sys.modules


def test_names_that_are_renamed_already_and_imports_of_several_lines_are_rewritten(tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    path = tmp_path / "src" / "program.py"
    path.write_text(
        "def late():\n    from memsy.models import Invoice as Bill, UsageInfo\n    return Bill, UsageInfo\n"
        "from memsy import (\n    DimensionUsage,\n    MemsyClient,\n)\n"
        "import memsy\nHOST = 'memsy.io'\nINVOICE = 'Invoice'\nbill, usage = late()\n"
    )
    monkeypatch.chdir(tmp_path)
    exec(PROGRAM, {})
    found = runpy.run_path(str(path))
    assert found["bill"].__name__ == "InvoiceResource"
    assert found["DimensionUsage"].__name__ == "UsageDimension"
    assert found["memsy"].MemsyClient is found["MemsyClient"]
    assert (found["HOST"], found["INVOICE"]) == ("memsy.io", "Invoice")
