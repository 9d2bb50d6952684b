"""The command, as `python -m memsy_client.local`."""

import sys

from .cli import main

sys.exit(main())
