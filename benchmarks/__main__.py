"""All benchmarks, each in a process of its own: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).with_name("data")
BENCHMARKS = (
    ["imports"],
    ["models"],
    ["transports"],
    ["local_server"],
    ["retrieval", str(DATA / "events.jsonl"), str(DATA / "questions.jsonl")],
)


def main() -> int:
    failed = []
    for name, *arguments in BENCHMARKS:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments]).returncode != 0:
            failed.append(name)
        print(flush=True)
    if failed:
        print("failed:", *failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
