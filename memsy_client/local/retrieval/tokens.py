"""Text as the retrieval sees it: words, their stems, the words that carry no meaning, and who is speaking."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from .stem import stem

VERSION = 2
"""Words of another version do not meet these: a file whose index has such gets a new one, see `index.built_with`."""

MAX_CHARACTERS = 8_000
"""How much of a text is read: the longest content that the API takes, so that a longer query costs no more."""

MAX_WORD = 40
"""Letters of a word that count: what goes on for longer is data, and is told apart by its beginning."""

MAX_QUERY_TERMS = 32
"""Terms of a query that are looked up."""


def _ranges_of_marks() -> str:
    """The marks of the scripts that are written with them (vowel signs, tones), as a part of a character class."""
    found: list[list[int]] = []
    for code in (*range(0x300, 0x1D00), *range(0x1DC0, 0x1E00), 0x3099, 0x309A, *range(0xA600, 0xAC00)):
        if unicodedata.category(chr(code))[0] != "M":
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in found)


MARKS = _ranges_of_marks()
"""Characters that belong to the letter before them, for a character class; `\\w` does not have them."""

# An apostrophe parts a word: what stands behind it (s, t, ll, …) is a stop word.
_ASCII_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(rf"(?:[^\W_][{MARKS}]*)+")
_DIGIT_GROUPS = re.compile(r"(?<=\d),(?=\d{3})")

# Accents and points, without which a word is found as well: those of Latin, Greek, Cyrillic, Hebrew and Arabic. Other
# scripts write their vowels so.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1dc0-\u1dff]"
)
_JOINERS = re.compile("[\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff]")

# Scripts that run on without spaces: parts of a run stand in for words. Where a sign is a syllable or a word, single
# ones and pairs; where it is a letter, pairs and groups of three, each with its marks.
_SYLLABLES = "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
_UNSPACED = re.compile(f"[{_SYLLABLES}{_LETTERS}]+")
_RUN = re.compile(f"[{_SYLLABLES}]+|[{_LETTERS}]+")
_IS_SYLLABLE = re.compile(f"[{_SYLLABLES}]")
_CLUSTER = re.compile(f".[{MARKS}]*", re.DOTALL)

PIECES_OF_A_WORD = 3
"""How many parts of a run count as one word in the size of a text."""

# A chat log's "Ann: …" or "[8 May, 10:15] Ann Lee: …".
_SPEAKER = re.compile(r"\s*(?:[\[(][^\])\n]{1,60}[\])]\s*)?([^\W\d_][\w'’.-]{0,30}(?: [^\W\d_][\w'’.-]{0,30}){0,2}):\s")
# Both are verbs without meaning, except where a capital says that they are a month or a man.
_NAMES_AMONG_STOP_WORDS = re.compile(r"(?<=[^\s.?!] )(?:May|Will)\b")

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
# Not every June is a month: it takes a year, a day or a preposition of time to make it one.
_MONTH = re.compile(
    rf"(?:\b(?P<before>in|during|since|early|late|last|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?)\s+)?"
    rf"\b(?P<month>{'|'.join(_MONTHS)})\b"
    rf"(?:,?\s+(?:(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)\b,?\s*)?(?P<year>(?:19|20)\d\d)?\b)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-\d\d")

_STOP_WORD_LIST = """
a an the this that these those there here
i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers
herself it its itself they them their theirs themselves one ones someone somebody anyone anybody everyone everybody
something anything everything nothing
who whom whose which what when where why how whatever
am is are was were be been being isn aren wasn weren ain
do does did doing done don doesn didn have has had having haven hasn hadn
will would shall should can could may might must ought won wouldn shouldn couldn mustn needn
and or but nor if then than so because as while until although though whether
of at by for with about against between into through during before after above below to from up down in out on off
over under again further once onto upon within without across along around toward towards among via per
not no nor only own same too very just also even still already yet ever never always
all any both each few more most other another such some many much
ll ve re d m s t let lets please tell
"""
_STOP_WORDS = frozenset(_STOP_WORD_LIST.split())


def words(text: str, *, is_query: bool = False) -> list[str]:
    """The words of a text in order: folded in case, without accents, at most `MAX_WORD` letters each.

    In place of the words of Chinese, Japanese, Thai and other scripts without spaces stand short parts of them; of a
    query, not those that say next to nothing where there are others.
    """
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        return [word[:MAX_WORD] for word in _ASCII_WORD.findall(_DIGIT_GROUPS.sub("", text.casefold()))]
    bare = _JOINERS.sub("", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
    text = unicodedata.normalize("NFC", bare.casefold())
    found: list[str] = []
    for word in _WORD.findall(_DIGIT_GROUPS.sub("", text)):
        if word.isascii() or not _UNSPACED.search(word):
            found.append(word[:MAX_WORD])
        else:
            found += _pieces(word, is_query)
    return found


def _pieces(word: str, is_query: bool) -> list[str]:
    pieces = _RUN.sub(" ", word).split()
    for run in _RUN.findall(word):
        if _IS_SYLLABLE.match(run):
            pieces += run
            pieces += _groups(run, 2)
        else:
            clusters = _CLUSTER.findall(run)
            pieces += clusters if len(clusters) == 1 or not is_query else []
            pieces += _groups(clusters, 2) + _groups(clusters, 3)
    return pieces


def _groups(parts: Sequence[str], size: int) -> list[str]:
    return ["".join(parts[at : at + size]) for at in range(len(parts) - size + 1)]


def terms(words: Iterable[str]) -> list[str]:
    """The distinct stems of words, stop words included, in the order of their first use."""
    return list(dict.fromkeys(map(stem, words)))


def query_terms(query: str) -> list[str]:
    """The distinct stems that a query is looked up by, at most `MAX_QUERY_TERMS`.

    Stop words are left out, unless there is nothing else. Of a longer query the longest words are kept: they tend to
    be the rarer ones.
    """
    asked = words(query, is_query=True)
    names = {name.casefold() for name in _NAMES_AMONG_STOP_WORDS.findall(query[:MAX_CHARACTERS])}
    stems = terms([word for word in asked if word not in _STOP_WORDS or word in names] or asked)
    if len(stems) <= MAX_QUERY_TERMS:
        return stems
    longest = set(sorted(stems, key=lambda term: (-len(term), term))[:MAX_QUERY_TERMS])
    return [term for term in stems if term in longest]


def speakers(text: str) -> list[str]:
    """The stems of the speaker's name that a text begins with, as in `Ann: Hello`; empty if there is none."""
    found = _SPEAKER.match(text)
    return terms(words(found[1])) if found else []


def dates(occurred: str) -> list[str]:
    """The months and years that an ISO 8601 time may be asked for by: `2024-05`, `05`, `2024`."""
    found = _ISO_DATE.match(occurred)
    return [f"{found[1]}-{found[2]}", found[2], found[1]] if found else []


def query_dates(query: str) -> list[str]:
    """The months and years that a query names, each as narrow as it does: `2024-05`, or else `05` or `2024`."""
    query = query[:MAX_CHARACTERS]
    found: dict[str, None] = {}
    for match in _MONTH.finditer(query):
        number = f"{_MONTHS.index(match['month'].casefold()) + 1:02}"
        if match["year"]:
            found[f"{match['year']}-{number}"] = None
        elif match["before"] or match["day"]:
            found[number] = None
    for year in _YEAR.findall(_MONTH.sub(" ", query)):
        found[year] = None
    return list(found)


def is_question(text: str) -> bool:
    """Whether the text ends by asking."""
    return text.rstrip().endswith(("?", "？", "؟"))


def content_size(words: Iterable[str]) -> int:
    """How many of the words are not stop words; parts of runs without spaces count for less."""
    content = [word for word in words if word not in _STOP_WORDS]
    pieces = sum(not word.isascii() and _UNSPACED.match(word) is not None for word in content)
    return len(content) - pieces + -(-pieces // PIECES_OF_A_WORD)
