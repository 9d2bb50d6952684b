"""The compiler of schemas: it agrees with a full validator, and refuses what it does not know."""

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsy_client.local.clock import isoformat, parse
from memsy_client.local.http.request_schema import compiler, python_pattern
from memsy_client.local.http.routes import load


def test_a_keyword_that_is_not_known_is_refused_and_never_ignored():
    with pytest.raises(ValueError, match="multipleOf"):
        compiler({}).compile({"type": "integer", "multipleOf": 3})


def test_a_schema_may_refer_to_itself():
    tree = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}}}
    run = compiler({"Tree": tree}).compile({"$ref": "#/components/schemas/Tree"})
    assert run({"next": {"next": {}}}, ["body"]) == []
    assert run({"next": {"next": 1}}, ["body"])[0]["loc"] == ["body", "next", "next"]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"\S", "\x1f", True),
        (r"\S", "\ufeff\u2003 \n", False),
        ("^[a-z]*$", "abc\n", False),
        (r"^[A-Za-z0-9_\-:.@/]*$", "a-b/c", True),
        (r"[\s]", "\ufeff", True),
        (r"a\$", "a$", True),
    ],
)
def test_patterns_mean_what_json_schema_means(pattern, text, matches):
    run = compiler({}).compile({"type": "string", "pattern": pattern})
    assert (run(text, []) == []) is matches, python_pattern(pattern)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=6,
)
SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {
        "a": {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 3},
                {"type": "integer", "minimum": 0, "maximum": 9},
                {"type": "array", "items": {"type": ["string", "null"]}, "minItems": 1, "maxItems": 2},
                {"type": "object", "additionalProperties": {"enum": ["x", "y"]}},
            ]
        },
        "b": {"allOf": [{"type": "number"}, {"minimum": -1}]},
    },
}


@settings(max_examples=300, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_it_takes_and_refuses_what_a_full_validator_does(value):
    violations = compiler({}).compile(SCHEMA)(value, [])
    assert (not violations) == jsonschema.Draft202012Validator(SCHEMA).is_valid(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00+00:00"),
        ("2026-01-31t09:30:00.123456789z", "2026-01-31T09:30:00.123456+00:00"),
        ("2026-01-31 09:30", "2026-01-31T09:30:00+00:00"),
        ("2026-01-31T00:30:00+01:00", "2026-01-30T23:30:00+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59.5-10:00", "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_times_are_read_with_and_without_offset(text, expected):
    assert isoformat(parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-01-31",
        "2026-13-01T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T00:00:61Z",
        "2026-01-31T00:00:00+24:00",
        "٢٠٢٦-01-31T00:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - datetime has texts of its own
        parse(text)


def test_every_operation_of_the_contract_compiles():
    assert len(load().by_operation) >= 38
