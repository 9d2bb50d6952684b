"""`memsy-client docs`: where the guide is that comes with this package, and its pages."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).parent.parent / "_docs"


def main(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit code: 0 on success, 2 for a page that does not exist."""
    parser = argparse.ArgumentParser(
        prog="memsy-client docs", description="Print where the guide of this package is, and its pages; or one page."
    )
    parser.add_argument("page", nargs="?", help="print this page")
    return _print_docs(parser.parse_args(arguments).page)


def _print_docs(name: str | None) -> int:
    guide = DOCS / "guide.md"
    parts = re.split(r"^<!-- page: (.+) -->\n", guide.read_text("utf-8"), flags=re.M)
    pages = dict(zip(parts[1::2], parts[2::2], strict=True))
    if name is None:
        print(f"{DOCS / 'llms.txt'}  what there is to read")
        print(f"{guide}  all of it in one file")
        print(f"One page: python -m memsy_client docs {{{','.join(pages)}}}")
        return 0
    if name not in pages:
        print(f"memsy-client docs: no page {name!r}; there are {', '.join(pages)}", file=sys.stderr)
        return 2
    print(pages[name].strip(), flush=True)
    return 0
