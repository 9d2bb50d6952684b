"""The README as the package index shows it: there, a link to a file of the repository needs an address.

Hatchling calls this when it builds. Links lead to the files as they are in the release, pictures to their contents.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

#: A picture of the repository.
_PICTURE = re.compile(r"(?<=\]\()(?![a-z]+:)(?=[^)\s]+\.svg\))")
#: A link of Markdown to something that is neither an address nor in the page itself.
_TO_A_FILE = re.compile(r"(?<=\]\()(?![a-z]+:|#)(?=[^)\s]+\))")


class ReadmeHook(MetadataHookInterface):
    """Sets `readme`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set it to README.md, its links followed by the project's `Source`."""
        source, release = metadata["urls"]["Source"], f"v{metadata['version']}"
        text = _PICTURE.sub(f"{source}/raw/{release}/", Path(self.root, "README.md").read_text("utf-8"))
        text = _TO_A_FILE.sub(f"{source}/blob/{release}/", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
