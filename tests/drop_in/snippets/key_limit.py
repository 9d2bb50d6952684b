"""A plan allows so many keys."""

import os

from memsy import KeyLimitReachedError, MemsyControlClient

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    try:
        control.keys.create("one too many")
    except KeyLimitReachedError as error:
        full = error

assert (full.status_code, full.error_code) == (403, "key_limit_reached")
assert (full.current, full.limit) == (1, 1)
