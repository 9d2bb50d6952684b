"""The README as the package index shows it: there, a link to a file of the repository needs an address.

Hatchling calls this when it builds. Links lead to the files as they are in the release.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

#: A link of Markdown to something that is neither an address nor in the page itself.
_TO_A_FILE = re.compile(r"(?<=\]\()(?![a-z]+:|#)(?=[^)\s]+\))")


class ReadmeHook(MetadataHookInterface):
    """Sets `readme`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set it to README.md, its links followed by the project's `Source`."""
        files = f"{metadata['urls']['Source']}/blob/v{metadata['version']}/"
        text = Path(self.root, "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": _TO_A_FILE.sub(files, text)}
