"""The two planes of the service, as far as an address tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from ..exceptions import MemsyAPIError, MemsyConnectionError, MemsyError

#: How the base URL of each plane ends, as the contract says.
ENDINGS = {"core": "/v1", "control": "/api"}


def name_address(error: MemsyError, planes: Sequence[str], url: str, path: str) -> None:
    """Add to an error that may come of a wrong address which one it is, and to a 404 of such a one, which to try.

    Args:
        error: The failure of a call.
        planes: The planes that have its operation.
        url: Where its request went.
        path: What of it follows the base URL.
    """
    message = error.message
    if isinstance(error, MemsyConnectionError) and error.unsent:
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        begins, verb, ends = message.partition("cannot connect")
        message = f"{begins}{verb} to {server}{ends}" if verb else f"{message}, nothing sent to {server}"
    elif isinstance(error, MemsyAPIError) and _is_no_such_path(error):
        problem = _wrong_base_url(planes, url.partition("?")[0].removesuffix(path))
        message = f"{message}; {problem}" if problem else message
    if message != error.message:
        error.message, error.args = message, (message, *error.args[1:])


def _is_no_such_path(error: MemsyAPIError) -> bool:
    """Whether it is what a server says of any path that it does not have; of what it lacks at one, it says more."""
    text = error.response.text if error.response else ""
    return error.status_code == 404 and (error.detail == "Not Found" or " ".join(text.split()).startswith(error.detail))


def _wrong_base_url(planes: Sequence[str], base_url: str) -> str | None:
    """What is wrong with the base URL of a call of these planes, and which one to try; None if nothing is."""
    endings = [ENDINGS[plane] for plane in planes if plane in ENDINGS]
    if not endings or base_url.endswith(tuple(endings)):
        return None
    found, root = f"{base_url} does not end in {' or '.join(endings)}", base_url
    for other, ending in ENDINGS.items():
        if base_url.endswith(ending):
            found = f"{base_url} is the {other} plane's, and this call of the {' or '.join(planes)} plane"
            root = base_url.removesuffix(ending)
    return f"{found}: try base_url={' or '.join(root + ending for ending in endings)}"
