"""The two planes of the service, as far as an address tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

#: How the base URL of each plane ends, as the contract says.
ENDINGS = {"core": "/v1", "control": "/api"}


def wrong_base_url(planes: Sequence[str], base_url: str) -> str | None:
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
