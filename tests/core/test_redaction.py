"""What an error shows of an exception that it came of: a copy without the key, as close to it as can be made."""

from __future__ import annotations

from typing import Any

from memsy_client._core.redaction import Redactor

KEY = "msy_topsecret"
REDACTOR = Redactor([("Authorization", f"Bearer {KEY}")])


def test_a_copy_is_of_the_same_class_and_says_the_same() -> None:
    copy = REDACTOR.cause(OSError(104, f"reset {KEY}"))
    assert type(copy) is ConnectionResetError
    assert copy.args == (104, "reset …")


def test_what_cannot_be_printed_is_of_its_class_and_says_nothing() -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            raise ValueError(KEY)

    copy = REDACTOR.cause(Unprintable(KEY))
    assert KEY not in repr(copy)
    assert isinstance(copy, Exception)


def test_what_cannot_be_made_is_an_exception_that_says_the_same() -> None:
    class Unmakable(Exception):
        def __new__(cls, *args: Any, seal: bool = False) -> Any:
            if not seal:
                raise TypeError("sealed")
            return super().__new__(cls, *args)

        def __str__(self) -> str:
            return f"it broke: {KEY}"

    copy = REDACTOR.cause(Unmakable.__new__(Unmakable, seal=True))
    assert type(copy) is Exception
    assert str(copy) == "it broke: …"
