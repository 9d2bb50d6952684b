"""JSON documents in and out, with every failure turned into one of our errors.

Where orjson is installed it reads what it reads as the standard library does. Whatever it refuses, and integers that it
would make numbers with a fraction of, the standard library reads: what comes of a document does not depend on orjson.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from ..exceptions import MemsyDecodeError, MemsyInputError
from . import encode
from .foreign import pass_signals

_fast_loads: Callable[[bytes], Any] | None
try:
    from orjson import loads as _fast_loads
except ImportError:  # pragma: no cover – orjson is an extra
    _fast_loads = None

#: As many digits as an integer beyond 64 bits has at least.
_MANY_DIGITS = b"0" * 19
_AS_ZERO = bytes.maketrans(b"123456789", b"000000000")


def _has_many_digits(content: bytes) -> bool:
    return content.translate(_AS_ZERO).rfind(_MANY_DIGITS) >= 0  # a quarter faster than `in` here, where zeros abound


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _parse_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is beyond what a number can hold")
    return number


def _encode_other(value: Any) -> Any:
    jsonable = encode.to_jsonable(value)
    if jsonable is value:
        raise TypeError(f"{type(value).__name__} is not a JSON value")
    return jsonable


_decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_parse_float)
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_encode_other)


def loads(content: bytes) -> Any:
    """The JSON document in `content`. Raises `MemsyDecodeError` when it is not one."""
    if not content.strip():
        raise MemsyDecodeError("is empty where JSON is expected")
    if _fast_loads is not None and not _has_many_digits(content):
        try:
            return _fast_loads(content)
        except ValueError:
            pass  # the standard library reads more, and says why it does not
    try:
        return _decoder.decode(content.decode("utf-8-sig"))
    except RecursionError:
        problem = "is nested too deeply"
    except ValueError as error:
        pass_signals(error)
        problem = f"is not JSON ({error})"
    raise MemsyDecodeError(problem)  # without a context, which would hold the document


def dumps(value: Any) -> bytes:
    """`value`, models and dates included, as JSON in UTF-8. Raises `MemsyInputError` when it cannot be written."""
    try:
        return _encoder.encode(value).encode()
    except UnicodeEncodeError:
        problem = "the body holds a lone surrogate, which UTF-8 cannot carry"
    except MemsyInputError:
        raise
    except Exception as error:  # a value of the caller's own may raise anything while it is read
        pass_signals(error)
        problem = f"the body cannot be written as JSON: {error}"
    raise MemsyInputError(problem)
