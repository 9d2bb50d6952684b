"""`python -m memsy_client`: the command `memsy-client`."""

from __future__ import annotations

import sys

from .cli.main import main

sys.exit(main())
