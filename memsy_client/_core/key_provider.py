"""An API key that a caller's function gives: asked for once a call, and once more after a 401."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from typing import Any

from ..exceptions import Attempt, MemsyError, MemsyInputError, MemsyTimeoutError
from .credentials import KeyFunction, Secret, bearer, key_problem
from .exchange import AskKey, AttemptFlow
from .foreign import pass_foreign
from .messages import Request
from .operation import Call
from .raw_response import with_call_context


class CallKey:
    """The key of one call, which has to end by `deadline`."""

    def __init__(self, function: KeyFunction, call: Call[Any], deadline: float) -> None:
        self._function, self._call, self._deadline = function, call, deadline
        self._key, self._is_renewed = "", False

    def attempt(self, attempts: list[Attempt], send: Callable[[Request], AttemptFlow], request: Request) -> AttemptFlow:
        """An attempt with the key; after a 401 another one at once, if the function gives another key by then."""
        self._key = self._key or (yield from self._ask(attempts))
        outcome = yield from send(request.with_header("Authorization", bearer(self._key)))
        if outcome.attempt.status_code != 401 or self._is_renewed:
            return outcome
        self._is_renewed, refused = True, self._key
        self._key = yield from self._ask([*attempts, outcome.attempt], outcome.error)
        if self._key == refused:
            return outcome
        attempts.append(outcome.attempt)
        return (yield from send(request.with_header("Authorization", bearer(self._key))))

    def _ask(self, tried: list[Attempt], refusal: MemsyError | None = None) -> Generator[AskKey, Any, Secret]:
        left = self._deadline - time.monotonic()
        try:
            key = yield AskKey(self._function, None if left == math.inf else max(left, 0.0))
            problem = key_problem(key)
        except Exception as failure:
            pass_foreign(failure)
            problem = f"the function for api_key raised {type(failure).__name__}"
        error: MemsyError = MemsyInputError(problem or "")
        if self._deadline - time.monotonic() < 1e-3:  # by which a wait may end early
            error = MemsyTimeoutError("the call's deadline ran out before there was a key", unsent=refusal is None)
        elif problem is None:
            return Secret(key)
        raise with_call_context(error, self._call, None, tuple(tried)) from refusal
