"""What differs between two listings, where the contract of the edits has no example."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def judged() -> Any:
    """Judges two versions of a model that comes in responses, and of an exception: verdicts by names."""
    from review.judgement import judge
    from review.surface import Method, Model, Parameter, Surface

    def surface(annotation: str, default: str | None, bases: tuple[str, ...]) -> Surface:
        model = Model((Parameter("score", "positional", annotation, default),), {}, is_received=True)
        literals = {"Kind": ("red", "green"), "Shade": ("red", "green", "blue")}
        return Surface({}, {}, {"C.get": Method((), "Result")}, {"Result": model}, literals, {"GoneError": bases}, {})

    def run(old: tuple[str, str | None], new: tuple[str, str | None], *bases: tuple[str, ...]) -> dict[str, bool]:
        before, after = bases or ((), ())
        return {change.name: change.is_breaking for change in judge(surface(*old, before), surface(*new, after))}

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
    found = judged((old, None), (new, None))
    assert found == ({} if verdict == "nothing" else {"Result.score": verdict == "breaking"})


def test_a_default_of_a_response_may_come_and_may_not_go(judged: Any) -> None:
    assert judged(("float", None), ("float", "0.0")) == {"Result.score": False}
    assert judged(("float", "0.0"), ("float", None)) == {"Result.score": True}
    assert judged(("float", "0.0"), ("float", "1.0")) == {"Result.score": True}


def test_an_exception_stays_what_it_is_one_of(judged: Any) -> None:
    same = ("str", None)
    assert judged(same, same, ("MemsyError", "Exception"), ("Exception",)) == {"GoneError": True}
    assert judged(same, same, ("Exception",), ("MemsyError", "Exception")) == {}
