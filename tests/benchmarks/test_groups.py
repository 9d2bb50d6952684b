"""Each group of benchmarks measures the figures that are listed of it, of the version that it is told to."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import decoding, local_server
from benchmarks.__main__ import IN_ROUNDS
from benchmarks.figures import DECODING, EMBEDDED, GROUPS, SIZES
from benchmarks.versions import ROOT, this_version, version_of

#: What makes a group quick, where its figures do not matter.
QUICK = {
    "calls": {"ROUNDS": 1, "CALLS": 1, "LISTS": 1},
    "in_flight": {"SECONDS": 0.01, "REPEATED": 1},
    "first_answer": {},
    "bulk": {"BATCHES": 8},
    "backfill": {"EVENTS": 1000},
}


def quick(monkeypatch: pytest.MonkeyPatch, module: ModuleType, **values: object) -> None:
    for name, value in values.items():
        monkeypatch.setattr(module, name, value)


def test_decoding_finds_what_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch, decoding, ROUNDS=1)
    found = decoding.measure()
    assert set(found) == set(DECODING)
    assert all(value > 0 for value in found.values())


@pytest.mark.slow
@pytest.mark.parametrize("group", QUICK)
def test_a_group_finds_what_is_listed(monkeypatch: pytest.MonkeyPatch, group: str) -> None:
    pytest.importorskip("httpx2", reason="it needs Python 3.11")
    module = importlib.import_module(f"benchmarks.{group}")
    quick(monkeypatch, module, **QUICK[group])
    assert set(module.measure()) == set(GROUPS[group][1])


@pytest.mark.slow
def test_the_embedded_servers_are_measured_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch, local_server, CHUNK=500, BLOCKS=1, QUERIES=3, WIDE_QUERIES=2, GROWTH_CHUNK=100, GROWTH_ROUNDS=1)
    quick(monkeypatch, local_server, PARALLEL_EVENTS=800, BUSY_SECONDS=0.5, LISTS_AT=1000)
    told: list[str] = []
    mine, other = local_server.measure([this_version(), this_version()], [1000], told.append)
    sized = {name for name in EMBEDDED if name.endswith(tuple(f".{size}" for size in SIZES))}
    assert {name for name in mine if not name.endswith(".1000")} == set(EMBEDDED) - sized
    assert mine["embedded.same_results"] == [1.0]
    assert len(other["embedded.ingest"]) == len(mine["embedded.ingest"]) == 2
    assert told


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git alone knows other versions")
def test_the_version_of_a_commit_is_what_is_measured(tmp_path: Path) -> None:
    with version_of("HEAD") as version:
        assert version.folder != ROOT
        assert set(version.measure("decoding")) == set(DECODING)
        (version.folder / "memsy_client" / "_core" / "codec.py").write_text("raise ImportError('that of the commit')")
        with pytest.raises(RuntimeError, match="that of the commit"):
            version.measure("decoding")
    assert not version.folder.exists()
    assert set(IN_ROUNDS) <= set(GROUPS)
