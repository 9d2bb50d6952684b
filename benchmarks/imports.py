"""What importing the package adds to `import httpx`, and what making a client or an embedded server takes.

python -m benchmarks.imports
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from benchmarks.measure import machine, verdict

ROUNDS = 15
HTTPX = "import httpx"
CLIENT = f"{HTTPX}\nfrom memsy_client import MemsyClient"
SERVER = "from memsy_client.local import LocalMemsy\nLocalMemsy().close()"
#: What is said, what is done before, what is measured, and the bar in milliseconds.
CASES = (
    ("import memsy_client, after httpx", HTTPX, "import memsy_client", 15),
    ("from memsy_client import MemsyClient, after httpx", HTTPX, "from memsy_client import MemsyClient", 15),
    ("first MemsyClient('http://…')", CLIENT, "MemsyClient('http://localhost/v1', 'key')", 1),
    ("first MemsyClient('https://…')", CLIENT, "MemsyClient('https://localhost/v1', 'key')", 1),
    ("a further LocalMemsy(), made and closed", SERVER, "LocalMemsy().close()", 5),
)


def milliseconds(before: str, statement: str) -> float:
    """How long a statement takes in an interpreter of its own, after another one."""
    timing = f"began = time.perf_counter()\n{statement}\nprint((time.perf_counter() - began) * 1000)"
    # As installed: with compiled bytecode, which an environment for tests may keep from being written.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"{before}\nimport time\n{timing}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(ran.stdout)


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name, *_ in CASES}
    for _ in range(ROUNDS):
        for name, before, statement, _bar in CASES:
            taken[name].append(milliseconds(before, statement))
    print(machine())
    for name, _before, _statement, bar in CASES:
        times = taken[name]
        median = statistics.median(times)
        print(f"{name:52} {median:6.2f} ms (best {min(times):.2f}), {verdict(median, bar)}")


if __name__ == "__main__":
    main()
