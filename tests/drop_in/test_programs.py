"""Programs written for the official package, of the kinds that the service's documentation shows, run as they are."""

from __future__ import annotations

import pytest
from programs import OFFLINE, PREPARED, SNIPPETS, run


def test_there_are_programs_of_every_kind():
    assert len(SNIPPETS) > 40
    assert set(SNIPPETS) > OFFLINE | set(PREPARED)


@pytest.mark.usefixtures("memsy")
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_program_runs_under_the_drop_in(name, server):
    run(SNIPPETS[name], server)


def test_the_programs_know_the_official_package_alone_and_check_their_results():
    for path in SNIPPETS.values():
        code = path.read_text("utf-8")
        assert "memsy_client" not in code, path
        assert "assert" in code, path
