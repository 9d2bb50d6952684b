"""A web application on Flask: one client that all threads share, also behind servers that fork.

    flask --app examples/web_flask run

MEMSY_BASE_URL and MEMSY_API_KEY say where the memories are.
"""

from flask import Flask, Response, jsonify, request

from memsy_client import EventPayload, MemsyClient, MemsyConnectionError, MemsyError, RateLimitExceeded

app = Flask(__name__)
memsy = MemsyClient.from_env(timeout=5.0, deadline=8.0)  # opens nothing yet, so that a fork may come first


@app.post("/said")
def said() -> tuple[Response, int]:
    """Have a message remembered; it can be found a moment later."""
    event = EventPayload(request.form["user"], request.form["chat"], "user_message", request.form["text"])
    return jsonify(memsy.ingest([event]).to_dict()), 202


@app.get("/recall")
def recall() -> Response:
    """What is known of a user."""
    found = memsy.search(request.args["question"], actor_id=request.args["user"], limit=5)
    return jsonify([result.to_dict() for result in found])


@app.errorhandler(MemsyError)
def no_memory(error: MemsyError) -> tuple[Response, int, dict[str, str]]:
    """Tell a user no more than that, and a proxy when to try again; the log has the rest."""
    if isinstance(error, RateLimitExceeded):
        return jsonify(detail="busy"), 503, {"Retry-After": f"{error.retry_after or 5:.0f}"}
    return jsonify(detail="no memory"), 504 if isinstance(error, MemsyConnectionError) else 502, {}
