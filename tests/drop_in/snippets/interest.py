"""Ask for the paid plan, once."""

import os

from memsy import MemsyControlClient, ProInterestResponse

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    before = control.interest.status()
    if not before:
        answer = control.interest.express("ana@example.com", "Ana", company="Acme", use_case="Support bot", notes="Hi")
    after = control.interest.status()

assert (before, after) == (False, True)
assert isinstance(answer, ProInterestResponse)
assert answer.message
