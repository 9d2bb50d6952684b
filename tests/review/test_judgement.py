"""What differs between two listings, where the contract of the edits has no example."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def judged() -> Any:
    """Judges two versions of a model that comes in responses, and of an exception: what breaks, by names."""
    from review.judgement import judge
    from review.surface import Method, Model, Parameter, Surface

    def surface(annotation: str, bases: tuple[str, ...]) -> Surface:
        model = Model((Parameter("score", "positional", annotation, None),), {}, is_received=True)
        literals = {"Kind": ("red", "green"), "Shade": ("red", "green", "blue")}
        return Surface({}, {}, {"C.get": Method((), "Result")}, {"Result": model}, literals, {"GoneError": bases}, {})

    def run(old: str, new: str, *bases: tuple[str, ...]) -> dict[str, bool]:
        before, after = bases or ((), ())
        return {change.name: change.is_breaking for change in judge(surface(old, before), surface(new, after))}

    return run


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("float", "float | None", "breaking"),
        ("float | None", "float", "compatible"),
        ("float", "int", "compatible"),
        ("int", "float", "breaking"),
        ("list[int]", "list[float]", "breaking"),
        ("dict[str, Any]", "dict[str, int]", "compatible"),
        ("datetime.date", "datetime.datetime", "compatible"),
        ("Kind | str", "str", "compatible"),
        ("str", "Kind | str", "compatible"),
        ("str", "Kind", "compatible"),
        ("Kind", "str", "breaking"),
        ("Shade", "Kind", "compatible"),
        ("Kind", "Shade", "breaking"),
        ("str", "str", "nothing"),
    ],
)
def test_what_a_field_of_a_response_may_become(judged: Any, old: str, new: str, verdict: str) -> None:
    found = judged(old, new)
    assert found == ({} if verdict == "nothing" else {"Result.score": verdict == "breaking"})


def test_an_exception_stays_what_it_is_one_of(judged: Any) -> None:
    assert judged("str", "str", ("MemsyError", "Exception"), ("Exception",)) == {"GoneError": True}
    assert judged("str", "str", ("Exception",), ("MemsyError", "Exception")) == {}
