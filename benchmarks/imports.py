"""What importing the package adds to `import httpx`, and what a constructor takes.

python -m benchmarks.imports
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from benchmarks.measure import machine, verdict

ROUNDS = 15
CASES = {
    "import memsy_client, after httpx": "import memsy_client",
    "from memsy_client import MemsyClient, after httpx": "from memsy_client import MemsyClient",
    "first MemsyClient('http://…')": "MemsyClient('http://localhost/v1', 'key')",
    "first MemsyClient('https://…')": "MemsyClient('https://localhost/v1', 'key')",
}
BARS = (15, 15, 1, 1)


def milliseconds(statement: str) -> float:
    """How long a statement takes in an interpreter of its own that has imported httpx, and ours if it is used."""
    before = "import httpx, time\n" + ("" if "import" in statement else "from memsy_client import MemsyClient\n")
    timed = f"began = time.perf_counter()\n{statement}\nprint((time.perf_counter() - began) * 1000)"
    # As installed: with compiled bytecode, which an environment for tests may keep from being written.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", before + timed]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(ran.stdout)


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, statement in CASES.items():
            taken[name].append(milliseconds(statement))
    print(machine())
    for (name, times), bar in zip(taken.items(), BARS, strict=True):
        median = statistics.median(times)
        print(f"{name:52} {median:6.2f} ms (best {min(times):.2f}), {verdict(median, bar)}")


if __name__ == "__main__":
    main()
