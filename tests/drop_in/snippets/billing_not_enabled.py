"""An account without billing says where to ask for it."""

import os

from memsy import BillingNotEnabledError, MemsyControlClient

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    try:
        control.billing.summary()
    except BillingNotEnabledError as error:
        refused = error

assert (refused.status_code, refused.error_code) == (403, "billing_not_enabled")
assert refused.interest_path
