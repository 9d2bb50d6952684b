"""From the most special error to the most general."""

import os

from memsy import (
    AuthenticationError,
    AuthorizationError,
    EventPayload,
    MemsyAPIError,
    MemsyClient,
    MemsyConnectionError,
    MemsyControlClient,
    MemsyError,
    RateLimitExceeded,
    UsageLimitExceeded,
)
from memsy.exceptions import FeatureNotAvailable

core, control, key = os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]


def outcome(call):
    try:
        call()
    except AuthenticationError:
        return "check the key"
    except FeatureNotAvailable as error:
        return f"needs another plan than {error.current_tier}"
    except AuthorizationError as error:
        return f"needs {error.required_scope or error.error_code}"
    except UsageLimitExceeded as error:
        return f"{error.dimension}: {error.current} of {error.limit}"
    except RateLimitExceeded as error:
        return f"again in {error.retry_after} s"
    except MemsyAPIError as error:
        return f"{error.status_code} {error.error_code}"
    except MemsyConnectionError:
        return "no response"
    except MemsyError as error:
        return f"something else: {error}"
    return "fine"


with MemsyClient(core, key) as client, MemsyControlClient(control, key) as account:
    assert outcome(client.health) == "fine"
    assert outcome(lambda: client.memories.get("mem_01abc")) == "404 None"
    assert outcome(lambda: client.ingest([EventPayload("ana", "s1", "shout", "Hello.")])) == "422 None"
    with MemsyClient(core, account.keys.create("reader", ["read"]).raw_key) as reader:
        assert outcome(lambda: reader.ingest([EventPayload("ana", "s1", "user_message", "Hi.")])) == "needs write"
with MemsyClient(core, "msy_nobody_knows_this_key") as client:
    assert outcome(lambda: client.search("x")) == "check the key"
with MemsyClient("http://127.0.0.1:9/v1", key, max_retries=0) as client:
    assert outcome(client.health) == "no response"
