"""The models as a notebook shows them."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
from html.parser import HTMLParser

import attrs
import pytest

from memsy_client import MemsyClient, MemsyControlClient, models
from memsy_client._core.model import Model
from memsy_client.local import LocalMemsy
from memsy_client.models import EventPayload, SearchResponse, SearchResult

HOSTILE = "<script>alert('x')</script> & \"quoted\""


class Cells(HTMLParser):
    """The texts of a table's cells, row by row; anything that a table does not have is refused."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.caption = ""
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: object) -> None:
        assert tag in ("table", "caption", "thead", "tbody", "tr", "th", "td"), tag
        assert not attributes
        self._tag = tag
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._tag == "caption":
            self.caption += data
        else:
            self.rows[-1][-1] += data


def test_results_are_a_table_of_what_they_have() -> None:
    found = SearchResponse([SearchResult("m1", "likes tea", 0.9, {"tags": ["a"]}), SearchResult("m2", "walks", 0.5)])
    shown = Cells(found._repr_html_())
    assert shown.caption == "SearchResponse: 2 items"
    assert shown.rows[0] == ["id", "content", "score", "metadata"]
    assert shown.rows[1] == ["m1", "likes tea", "0.9", "{'tags': ['a']}"]
    assert shown.rows[2] == ["m2", "walks", "0.5", ""]


def test_a_single_model_is_a_table_of_its_fields() -> None:
    moment = datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.timezone.utc)
    event = EventPayload("ana", "s", "user_message", "hi", ts=moment, additional_properties={HOSTILE: HOSTILE})
    shown = dict(map(tuple, Cells(event._repr_html_()).rows))
    assert shown["ts"] == "2026-01-31 09:30:00+00:00"
    assert shown["role_id"] == ""
    assert "alert" in shown["additional_properties"]


def test_everything_is_escaped_and_long_texts_and_lists_are_cut() -> None:
    found = SearchResponse([SearchResult(HOSTILE, HOSTILE, 0.5, {"title": HOSTILE})])
    assert Cells(found._repr_html_()).rows[1][:2] == [HOSTILE, HOSTILE]
    long = SearchResponse([SearchResult("m", "x" * 10_000, 0.5)] * 1000)
    assert len(long._repr_html_()) < 200_000
    assert Cells(long._repr_html_()).caption == "SearchResponse: 1000 items, of which 200 are shown"
    assert Cells(long.copy(results=long[:1])._repr_html_()).caption == "SearchResponse: 1 item"
    assert Cells(SearchResponse([])._repr_html_()).caption == "SearchResponse: 0 items"


def test_memories_events_and_usage_of_a_server_are_tables() -> None:
    memsy = LocalMemsy(port=None)
    client = MemsyClient(memsy.base_url, memsy.api_key, http_client=memsy.transport)
    control = MemsyControlClient(memsy.control_url, memsy.api_key, http_client=memsy.transport)
    client.ingest([EventPayload("ana", "s", "user_message", HOSTILE)])
    memsy.settle()
    for shown in (client.memories.list(), client.memories.stats(), control.events.list(), control.usage.summary()):
        assert len(Cells(shown._repr_html_()).rows) >= 2
    memsy.close()


def test_what_a_repr_hides_is_not_in_the_table() -> None:
    checked = 0
    for name in models.__all__:
        kind = getattr(models, name)
        hidden = (
            [f.name for f in attrs.fields(kind) if not f.repr]
            if isinstance(kind, type) and issubclass(kind, Model)
            else []
        )
        secrets = [name for name in hidden if not name.startswith("_")]
        if secrets:
            model = kind.__new__(kind)
            for field in attrs.fields(kind):
                setattr(
                    model,
                    field.name,
                    {} if field.name == "additional_properties" else "hidden" if field.name in secrets else "x",
                )
            assert "hidden" not in model._repr_html_()
            checked += 1
    assert checked


@pytest.mark.parametrize("use", ["", "models.SearchResponse([]).to_json()"])
def test_nothing_of_it_is_loaded_before_a_notebook_asks(use: str) -> None:
    program = (
        f"import sys; from memsy_client import MemsyClient, models; MemsyClient('http://x/v1', 'k'); {use}\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not re.findall(r"memsy_client\.integrations\.\w+", ran.stdout)
