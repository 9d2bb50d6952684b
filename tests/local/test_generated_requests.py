"""Requests made from the contract, valid and invalid ones: no failure, no undocumented answer.

The short run takes a few cases an operation, the same ones every time; `-m slow` takes hundreds, others every time.
"""

from __future__ import annotations

import copy
import json
import sys
from importlib import resources

import pytest
from hypothesis import HealthCheck, settings

from memsy_client.local import LOCAL_API_KEY, LocalMemsy
from memsy_client.local.http.routes import PLANES

if sys.version_info < (3, 11):
    pytest.skip("schemathesis needs Python 3.11", allow_module_level=True)

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def one_base() -> dict:
    """The contract with each path under its plane: schemathesis knows one base URL and no servers of a path."""
    document = json.loads(resources.files("memsy_client").joinpath("_generated/openapi.json").read_text("utf-8"))
    paths = {}
    for path, item in document["paths"].items():
        for server in item.pop("servers", document["servers"]):
            moved = paths[f"/{PLANES[server['x-plane']]}{path}"] = copy.deepcopy(item)
            for operation in moved.values():
                operation["operationId"] += f"_{server['x-plane']}"
    return {**document, "paths": paths, "servers": [{"url": "/"}]}


KEY = {"Authorization": f"Bearer {LOCAL_API_KEY}"}
schema = schemathesis.openapi.from_dict(one_base(), config=schemathesis.Config.from_dict({"headers": KEY}))


@pytest.fixture(scope="module")
def url():
    with LocalMemsy() as memsy:
        yield memsy.base_url.removesuffix("/v1")


def breaks_a_rule_in_words(case) -> bool:
    """Whether it breaks a rule which the contract states in words, because a schema cannot."""
    operation = case.operation.definition.raw["operationId"].rpartition("_")[0]
    body = case.body if isinstance(case.body, dict) else {}
    query = case.query or {}
    broken = {
        "search": bool(body.get("session_id") and body.get("exclude_session_id")),
        "keys_create": "expires_at" in body,
        "usage_timeseries": "period_start" in query or "period_end" in query,
    }
    # NUL characters are stripped, which may leave nothing; and what touches memories must not name an organisation.
    text = json.dumps(body)
    return broken.get(operation, False) or "\\u0000" in text or (operation in NAMELESS and '"org_id"' in text)


NAMELESS = {"ingest", "search", "status"}


def check(case, url: str) -> None:
    response = case.call(base_url=url)
    excluded = []
    if response.status_code == 501:
        assert case.operation.path == "/v1/clear/{container_tag}"
        excluded.append(not_a_server_error)
    if response.status_code in {400, 422} and breaks_a_rule_in_words(case):
        excluded.append(positive_data_acceptance)
    case.validate_response(response, excluded_checks=excluded)


@schema.parametrize()
@settings(max_examples=3, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_some_requests(case, url):
    check(case, url)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_many_requests(case, url):
    check(case, url)
