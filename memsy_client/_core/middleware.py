"""What a caller puts around each attempt. It does no I/O, so that one function serves both flavours."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from .checks import function_name
from .messages import Request, Response

#: A function that yields the request it wants sent, is sent the response, and returns the one it makes of it.
Middleware = Callable[[Request], Generator[Request, Response, Response]]


def through(
    layers: Sequence[Middleware], request: Request, misuse: Callable[[str, str], Exception]
) -> Generator[Request, Response, Response]:
    """All of them as one, the first outermost. Where no response comes, closing it ends each at its `yield`."""
    if not layers:
        return (yield request)
    name = f"the middleware {function_name(layers[0])}"
    flow = layers[0](replace(request, headers=list(request.headers)))
    if not isinstance(flow, Generator):
        getattr(flow, "close", bool)()  # a coroutine would complain that nobody awaits it
        raise misuse(name, f"gave a {type(flow).__name__}, not a generator: it has to have a `yield`")
    try:
        wanted = next(flow)
        if not isinstance(wanted, Request):
            raise misuse(name, f"yielded a {type(wanted).__name__}, not a Request")
        if str(wanted.url).split("/", 3)[:3] != request.url.split("/", 3)[:3]:
            raise misuse(name, "yielded a request to another server, which must not get the key")
        flow.send((yield from through(layers[1:], wanted, misuse)))
        raise misuse(name, "yielded twice; retries are the client's")
    except StopIteration as end:
        if not isinstance(end.value, Response):
            raise misuse(name, f"returned a {type(end.value).__name__}, not a Response") from None
        return end.value
    finally:
        flow.close()
