"""The command, as `python -m memsy_client.local`."""

import sys

from memsy_client.local.cli import main

sys.exit(main())
