"""The server and the contract: every operation is handled, or is known not to be."""

from memsy_client.local.handlers.table import HANDLERS
from memsy_client.local.http.routes import load

NOT_HANDLED = {"clear"}  # The service itself answers 501 today.


def test_every_operation_of_the_contract_is_handled_but_for_the_known_ones():
    assert set(load().by_operation) - set(HANDLERS) == NOT_HANDLED


def test_no_handler_is_for_an_operation_that_the_contract_does_not_have():
    assert set(HANDLERS) <= set(load().by_operation)


def test_an_operation_without_a_handler_answers_501(api):
    answer = api.call("DELETE", "/v1/clear/project-x")
    assert (answer.status, answer.body) == (501, {"detail": "Not implemented"})


def test_health_is_on_both_planes_with_one_shape(api):
    core, control = api.get("/v1/health"), api.get("/api/health")
    assert core.status == control.status == 200
    assert core.body == control.body
    assert core.body["status"] == "ok"


def test_an_operation_is_only_on_its_own_plane(api):
    assert api.get("/api/orgs").status == 404
    assert api.get("/v1/me").status == 404


def test_an_unknown_path_is_404_with_a_body(api):
    answer = api.get("/v1/nowhere")
    assert (answer.status, answer.body) == (404, {"detail": "Not Found"})


def test_an_unknown_method_is_405_and_says_what_is_allowed(api):
    answer = api.call("PUT", "/v1/orgs")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


def test_each_answer_carries_a_request_id_of_its_own(api):
    ids = {api.get("/v1/health").headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
