"""Extracts memories from events, by rules instead of a model.

An event becomes one memory with the same text; the rules decide its type, kind, tags, entities and confidence.
docs/local-server.md states them for users: change both together.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..retrieval.tokens import MARKS

TITLE_LENGTH = 80
MAX_TAGS = 16
MAX_ENTITIES = 32
MAX_DEPTH = 64
"""How deeply metadata may be nested to be read as an object; deeper metadata is treated as text."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as an extraction gets it.

    Attributes:
        event_id: Its id.
        actor_id: Who it is about.
        session_id: The conversation it belongs to.
        kind: `user_message`, `assistant_message`, `tool_result` or `app_event`.
        content: Its text.
        ts: When it happened, with an offset.
        role_id: The role it carries.
        team_id: The team it carries.
        metadata: The text sent with it.
        previous: The text of the event before it in the same conversation.
    """

    event_id: str
    actor_id: str
    session_id: str
    kind: str
    content: str
    ts: datetime
    role_id: str | None = None
    team_id: str | None = None
    metadata: str | None = None
    previous: str | None = None


def _is_text(value: object) -> bool:
    """Whether a value is text that a response can hold."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_list(value: object, is_item: Callable[[object], bool]) -> bool:
    return isinstance(value, (list, tuple)) and all(map(is_item, value))


def _is_entity(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_text(part) for pair in value.items() for part in pair)


def _is_payload(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    try:
        return json_object(json.dumps(dict(value), allow_nan=False, ensure_ascii=False)) is not None
    except (TypeError, ValueError, RecursionError):
        return False


def _is_word(value: object) -> bool:
    return _is_text(value) and bool(str(value).strip())


def _is_text_or_none(value: object) -> bool:
    return value is None or _is_text(value)


def _is_confidence(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_word, "text that is not blank"),
    "type": (_is_word, "a word"),
    "memory_kind": (_is_word, "a word"),
    "kind": (_is_text_or_none, "text or None"),
    "title": (_is_text_or_none, "text or None"),
    "summary": (_is_text_or_none, "text or None"),
    "tags": (functools.partial(_is_list, is_item=_is_text), "a list of texts"),
    "source_urls": (functools.partial(_is_list, is_item=_is_text), "a list of texts"),
    "entities": (functools.partial(_is_list, is_item=_is_entity), "a list of maps from text to text"),
    "payload": (lambda value: value is None or _is_payload(value), "an object that JSON knows"),
    "confidence": (_is_confidence, "a number between 0 and 1"),
    "pinned": (lambda value: isinstance(value, bool), "true or false"),
}
"""For each field of a draft, what it may be, and that in words."""


def may_be(field: str, value: object) -> bool:
    """Whether a draft can have a value in a field."""
    return _FIELDS[field][0](value)


@dataclass(frozen=True, slots=True)
class Draft:
    """A memory as an extraction proposes it.

    Attributes:
        text: What it states; not blank.
        type: fact, preference, norm, decision, event, or a word of your own.
        memory_kind: semantic, episodic, procedural, or a word of your own.
        kind: A finer word; the kind of the event when left out.
        title: A short title.
        summary: A short form of the text.
        tags: Labels.
        entities: People, places and things, each a map from text to text.
        source_urls: Web addresses.
        payload: Structured content, as JSON knows it.
        confidence: How certain, 0-1.
        pinned: It never decays.

    Raises:
        ValueError: A field is not of its type, or holds what a response cannot: half of a surrogate pair, a number that
            is not finite, a payload that is not JSON or nested too deeply.
    """

    text: str
    type: str = "fact"
    memory_kind: str = "semantic"
    kind: str | None = None
    title: str | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    entities: tuple[Mapping[str, str], ...] = ()
    source_urls: tuple[str, ...] = ()
    payload: Mapping[str, Any] | None = None
    confidence: float = 0.9
    pinned: bool = False

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Check every field; once more before it is stored, because a list or a map may have changed since.

        Raises:
            ValueError: See the class.
        """
        for name, (is_valid, expected) in _FIELDS.items():
            if not is_valid(getattr(self, name)):
                raise ValueError(f"a memory needs {expected} as its {name}")


Extract = Callable[[Event], Iterable["Draft | str"]]
"""An extraction: returns the memories of an event, none or several; a text stands for a draft with only that text. When
it raises, the event is `failed`."""

_TYPES = {
    "decision": re.compile(
        r"\b(?:we|i|they|the team) (?:have |has |'ve )?(?:decided|agreed|chose|chosen|settled on)\b"
        r"|\blet'?s (?:go with|use|do|stick with)\b"
        r"|\b(?:we'll|we will|we are going to|we're going to) (?:use|go with)\b"
        r"|\bdecision:",
        re.IGNORECASE,
    ),
    "norm": re.compile(
        r"\b(?:always|never|must(?: not)?|mustn't|from now on|make sure|please don't|do not ever|don't ever)\b"
        r"|\b(?:should|shall) (?:not |always |never )|\b(?:policy|rule):",
        re.IGNORECASE,
    ),
    "preference": re.compile(
        r"\bi(?:'d| would)? (?:really |also |absolutely |much |don't |do not )*"
        r"(?:like|love|prefer|enjoy|hate|dislike|adore|rather)\b"
        r"|\bi can'?t stand\b|\bmy favou?rite\b|\bi'm (?:not )?(?:a fan of|fond of|into)\b",
        re.IGNORECASE,
    ),
    "event": re.compile(
        r"\b(?:yesterday|today|tonight|tomorrow|this morning|(?:last|next|this) (?:week|month|year|weekend|night"
        r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
        r"|\d+ (?:minutes?|hours?|days?|weeks?|months?|years?) ago)\b"
        r"|\b\d{4}-\d\d-\d\d\b",
        re.IGNORECASE,
    ),
}
_WORDS_OF_TYPES = {
    name: frozenset(words.split())
    for name, words in {
        "decision": "decided agreed chose chosen settled let lets use go decision",
        "norm": "always never must mustn from make please do don should shall policy rule",
        "preference": "like love prefer enjoy hate dislike adore rather stand favorite favourite fan fond into",
        "event": "yesterday today tonight tomorrow this last next ago",
    }.items()
}
"""For each pattern, words of which a text that it matches has one; or, for that of events, a hyphen."""

_MEMORY_KINDS = {"norm": "procedural", "event": "episodic"}
_CONFIDENCE = {"user_message": 0.9, "assistant_message": 0.7, "tool_result": 0.95, "app_event": 0.95}
_HEDGE = re.compile(r"\b(?:maybe|perhaps|possibly|might|probably|not sure|i think|i guess)\b", re.IGNORECASE)
_HEDGING_WORDS = frozenset(["maybe", "perhaps", "possibly", "might", "probably", "sure", "think", "guess"])

_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_AFTER_URLS = ".,;:!?"
# Only where the address may begin: tried at each letter, a long word without an @ takes the square of its length.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MENTION = re.compile(rf"(?<![\w{MARKS}@.])@([\w{MARKS}]{{2,}})")
_HASHTAG = re.compile(rf"(?<![\w{MARKS}#&])#([^\W\d][\w{MARKS}]*)")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_ASCII_WORD = re.compile("[a-z0-9]+")
_WORD = re.compile(rf"[^\W_][\w{MARKS}'’-]*")
_CONNECTING_WORDS = frozenset({"of", "de", "van", "von", "the"})
_ENDS_OF_SENTENCES = frozenset(".!?:;。！？：；।")
_OPENING_MARKS = frozenset("\"'“‘„«(「『")
_OPENING_WORDS = """
a after all also although an and another any are as at before both but by can could did do does each even every for
from had has have he her his how however i i'd i'll i'm i've if in is it its just last let my next no not now of on
once one our please she should since so some than that the their then there these they this those today tomorrow
tonight was we were what when where which while who why will with would yes yesterday you your
"""
_OPENERS = frozenset(_OPENING_WORDS.split())
_SENTENCE_END = re.compile(r"[.!?]\s|[。！？।]")


def extract_by_rules(event: Event) -> list[Draft]:
    """The memories of an event by the rules: one, or none when the event has no letter and no digit."""
    text = " ".join(event.content.split())
    if not any(character.isalnum() for character in text):
        return []
    words = _words(text)
    kind_of_memory = _type(event.kind, text, words)
    urls = _urls(text)
    return [
        Draft(
            text=text,
            type=kind_of_memory,
            memory_kind=_MEMORY_KINDS.get(kind_of_memory, "semantic"),
            kind=event.kind,
            title=_title(text),
            tags=_tags(text, event.metadata),
            entities=_entities(text, urls),
            source_urls=tuple(dict.fromkeys(urls)),
            confidence=_confidence(event.kind, text, words),
        )
    ]


def json_object(text: str | None) -> dict[str, Any] | None:
    """The JSON object that a metadata text holds, or None when it is not one that can be written as JSON again."""
    if text is None or not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
        # json.loads also reads what is not JSON: NaN, and half of a surrogate pair.
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _is_shallow(found, MAX_DEPTH) else None


def _is_shallow(value: object, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(item, levels - 1) for item in inner)


def _words(text: str) -> frozenset[str] | None:
    """The words of a text, which tell sooner than a pattern which patterns may match it; None when they do not tell."""
    # Some letters of other scripts are, to a pattern that ignores case, an `s` or a `k`.
    return frozenset(_ASCII_WORD.findall(text.lower())) if text.isascii() else None


def _type(kind: str, text: str, words: frozenset[str] | None) -> str:
    if kind == "app_event":
        return "event"
    for name, pattern in _TYPES.items():
        may_match = words is None or not words.isdisjoint(_WORDS_OF_TYPES[name]) or (name == "event" and "-" in text)
        if may_match and pattern.search(text):
            return name
    return "fact"


def _confidence(kind: str, text: str, words: frozenset[str] | None) -> float:
    may_hedge = words is None or not words.isdisjoint(_HEDGING_WORDS)
    return round(_CONFIDENCE[kind] * (0.7 if may_hedge and _HEDGE.search(text) else 1.0), 4)


def _title(text: str) -> str:
    end = _SENTENCE_END.search(text)
    first = text[: end.start() if end else None].rstrip(".!?。！？।")
    if len(first) <= TITLE_LENGTH:
        return first
    return first[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _tags(text: str, metadata: str | None) -> tuple[str, ...]:
    found = [tag.lower() for tag in _HASHTAG.findall(text)] if "#" in text else []
    given = (json_object(metadata) or {}).get("tags")
    if isinstance(given, list):
        found += [tag.strip().lower() for tag in given if isinstance(tag, str) and tag.strip()]
    return tuple(dict.fromkeys(found))[:MAX_TAGS]


def _urls(text: str) -> list[str]:
    # Most texts have none, and finding a sign that all of them have takes a fraction of the time.
    return [url.rstrip(_AFTER_URLS) for url in _URL.findall(text)] if "://" in text else []


def _entities(text: str, urls: Sequence[str]) -> tuple[dict[str, str], ...]:
    found = [("url", url) for url in urls]
    rest = _URL.sub(lambda url: url[0][len(url[0].rstrip(_AFTER_URLS)) :], text) if urls else text
    if "@" in rest:
        found += [("email", address) for address in _EMAIL.findall(rest)]
        rest = _EMAIL.sub(" ", rest)
        found += [("mention", name) for name in _MENTION.findall(rest)]
    if "-" in rest:
        found += [("date", day) for day in _DATE.findall(rest)]
    found += [("name", name) for name in _names(rest)]
    return tuple({"type": kind, "name": name} for kind, name in dict.fromkeys(found))[:MAX_ENTITIES]


def _names(text: str) -> list[str]:
    """Capitalised words and runs of them, except a single one that begins a sentence."""
    names = []
    for start, end in _capitalised_runs(text):
        name = re.sub(r"['’]s$", "", text[start:end])
        begins = _begins_sentence(text, start)
        if begins and " " in name:
            # "Yesterday Anna called": the run's first word may be capitalised only because it begins the sentence.
            names.append(name if name.split(" ")[0].lower() not in _OPENERS else name.split(" ", 1)[1])
        elif not begins and len(name) > 1 and name.split("'")[0].split("’")[0] != "I":
            names.append(name)
    return names


def _capitalised_runs(text: str) -> list[tuple[int, int]]:
    """Where runs of capitalised words begin and end; one small word may stand between two of a run."""
    runs: list[tuple[int, int]] = []
    connecting = False
    before = -1
    for word in _WORD.finditer(text):
        follows = word.start() == before + 1 and text[before] == " "
        if word[0][0].isupper() or word[0][0].istitle():
            if runs and follows and (connecting or runs[-1][1] == before):
                runs[-1] = (runs[-1][0], word.end())
            else:
                runs.append(word.span())
            connecting = False
        else:
            connecting = bool(runs) and follows and runs[-1][1] == before and word[0] in _CONNECTING_WORDS
        before = word.end()
    return runs


def _begins_sentence(text: str, start: int) -> bool:
    """Whether a sentence begins at a position, perhaps with an opening mark before it."""
    at = _skip_blanks_back(text, start)
    if at and text[at - 1] in _OPENING_MARKS:
        at = _skip_blanks_back(text, at - 1)
    return at == 0 or text[at - 1] in _ENDS_OF_SENTENCES


def _skip_blanks_back(text: str, at: int) -> int:
    while at and text[at - 1].isspace():
        at -= 1
    return at
