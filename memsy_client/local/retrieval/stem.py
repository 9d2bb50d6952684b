"""English word forms brought to one stem: `going`, `goes` and `went` are all `go`.

A stemmer after M. F. Porter's second English algorithm, and a table for the forms which no rule reaches. Words of
other languages pass through a few suffix rules that were not made for them, the same way when they are indexed and
when they are asked for, so that equal words still meet.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["stem"]

_VOWELS = frozenset("aeiouy")
_DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
_LI_ENDINGS = frozenset("cdeghkmnrt")

# The base form, then the forms that belong to it. Only forms that mean something else too rarely to matter: "saw",
# "found" and "left" are verbs far more often than tools, foundations or directions; "lay" and "wound" are left out.
_IRREGULAR_FORMS = """
arise arose arisen; awake awoke awoken; beat beaten; become became; begin began begun; bend bent; bind bound;
bite bit bitten; bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt;
buy bought; catch caught; choose chose chosen; come came; creep crept; deal dealt; dig dug; draw drew drawn;
dream dreamt; drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt;
fight fought; find found; flee fled; fly flew flown; forbid forbade forbidden; forget forgot forgotten;
forgive forgave forgiven; freeze froze frozen; get got gotten; give gave given; go went gone goes; grind ground;
grow grew grown; hang hung; hear heard; hide hid hidden; hold held; keep kept; kneel knelt; know knew known; lead led;
lean leant; leap leapt; learn learnt; leave left; lend lent; light lit; lose lost; make made; mean meant; meet met;
mistake mistook mistaken; overcome overcame; pay paid; prove proven; ride rode ridden; ring rang rung;
rise rose risen; run ran; say said; see saw seen; seek sought; sell sold; send sent; sew sewn; shake shook shaken;
shine shone; shoot shot; show shown; shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept;
slide slid; smell smelt; speak spoke spoken; speed sped; spell spelt; spend spent; spill spilt; spin spun;
spoil spoilt; stand stood; steal stole stolen; stick stuck; sting stung; strike struck; swear swore sworn;
sweep swept; swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told; think thought;
throw threw thrown; understand understood; undertake undertook undertaken; wake woke woken; wear wore worn;
weave wove woven; weep wept; win won; withdraw withdrew withdrawn; write wrote written; die dying; lie lying; tie tying;
calf calves; child children; foot feet; goose geese; half halves; hoof hooves; knife knives; leaf leaves; life lives;
loaf loaves; man men; mouse mice; ox oxen; person people; scarf scarves; shelf shelves; thief thieves; tooth teeth;
wife wives; wolf wolves; woman women; bad worse worst; far farther farthest further furthest; good better best
"""
_IRREGULAR = {form: base for group in _IRREGULAR_FORMS.split(";") for base, *forms in [group.split()] for form in forms}

# Not what their ends make them look like.
_UNCHANGED = frozenset(
    [
        "andes",
        "atlas",
        "bias",
        "canvas",
        "christmas",
        "cosmos",
        "early",
        "gas",
        "lens",
        "news",
        "only",
        "this",
        "thus",
        "ugly",
        "yes",
    ]
)

# Suffix and what takes its place, longest first so that the first hit is the right one. Step 2 and 3 work within R1.
_STEP_2 = (
    ("ational", "ate"), ("fulness", "ful"), ("iveness", "ive"), ("ization", "ize"), ("ousness", "ous"),
    ("biliti", "ble"), ("lessli", "less"), ("tional", "tion"), ("alism", "al"), ("aliti", "al"), ("ation", "ate"),
    ("entli", "ent"), ("fulli", "ful"), ("iviti", "ive"), ("ousli", "ous"), ("abli", "able"), ("alli", "al"),
    ("anci", "ance"), ("ator", "ate"), ("enci", "ence"), ("izer", "ize"), ("bli", "ble"),
)  # fmt: skip
_STEP_3 = (
    ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"),
    ("ness", ""), ("ful", ""),
)  # fmt: skip
_STEP_4 = (
    "ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ism", "iti", "ive", "ize", "ous",
    "al", "er", "ic",
)  # fmt: skip


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one word in lower case, without apostrophes.

    Words of one or two letters, and words with a digit, are their own stem.
    """
    word = _IRREGULAR.get(word, word)
    if len(word) < 3 or word in _UNCHANGED or not word.isalpha():
        return word
    word = _mark_consonant_y(word)
    r1, r2 = _regions(word)
    word = _plural(word)
    word = _past_and_gerund(word, r1)
    if len(word) > 2 and word[-1] in "yY" and word[-2] not in _VOWELS:
        word = word[:-1] + "i"
    word = _replace_suffix(word, r1, _STEP_2)
    word = _drop_li(word, r1)
    word = _replace_suffix(word, r1, _STEP_3)
    if word.endswith("ative") and len(word) - 5 >= r2:
        word = word[:-5]
    word = _drop_suffix(word, r2)
    return _drop_final(word, r1, r2).replace("Y", "y")


def _mark_consonant_y(word: str) -> str:
    """Write the y that acts as a consonant (at the start, after a vowel) as Y, which is in no rule."""
    if "y" not in word:
        return word
    marked: list[str] = []
    for letter in word:
        after_vowel = not marked or marked[-1] in _VOWELS
        marked.append("Y" if letter == "y" and after_vowel else letter)
    return "".join(marked)


def _regions(word: str) -> tuple[int, int]:
    """Where R1 and R2 begin: suffixes are only taken off in there, so that short words stay whole."""
    for prefix in ("gener", "commun", "arsen"):
        if word.startswith(prefix):
            r1 = len(prefix)
            break
    else:
        r1 = _after_vowel_consonant(word, 0)
    return r1, _after_vowel_consonant(word, r1)


def _after_vowel_consonant(word: str, start: int) -> int:
    for index in range(start + 1, len(word)):
        if word[index] not in _VOWELS and word[index - 1] in _VOWELS:
            return index + 1
    return len(word)


def _has_vowel(part: str) -> bool:
    return not _VOWELS.isdisjoint(part)


def _ends_in_short_syllable(word: str) -> bool:
    if len(word) == 2:
        return word[0] in _VOWELS and word[1] not in _VOWELS
    return (
        len(word) > 2
        and word[-1] not in _VOWELS
        and word[-1] not in "wxY"
        and word[-2] in _VOWELS
        and word[-3] not in _VOWELS
    )


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and _has_vowel(word[:-2]):
        return word[:-1]
    return word


def _past_and_gerund(word: str, r1: int) -> str:
    for suffix in ("eedly", "eed"):
        if word.endswith(suffix):
            return word[: -len(suffix)] + "ee" if len(word) - len(suffix) >= r1 else word
    for suffix in ("ingly", "edly", "ing", "ed"):
        if word.endswith(suffix) and _has_vowel(word[: -len(suffix)]):
            word = word[: -len(suffix)]
            if word.endswith(("at", "bl", "iz")):
                return word + "e"
            if word.endswith(_DOUBLES):
                return word[:-1]
            return word + "e" if r1 >= len(word) and _ends_in_short_syllable(word) else word
    return word


def _replace_suffix(word: str, region: int, rules: tuple[tuple[str, str], ...]) -> str:
    for suffix, replacement in rules:
        if word.endswith(suffix):
            return word[: -len(suffix)] + replacement if len(word) - len(suffix) >= region else word
    return word


def _drop_li(word: str, r1: int) -> str:
    if word.endswith("logi") and len(word) - 3 >= r1:
        return word[:-1]
    if word.endswith("li") and len(word) - 2 >= r1 and word[-3] in _LI_ENDINGS:
        return word[:-2]
    return word


def _drop_suffix(word: str, r2: int) -> str:
    for suffix in _STEP_4:
        if word.endswith(suffix):
            return word[: -len(suffix)] if len(word) - len(suffix) >= r2 else word
    if word.endswith(("sion", "tion")) and len(word) - 3 >= r2:
        return word[:-3]
    return word


def _drop_final(word: str, r1: int, r2: int) -> str:
    at = len(word) - 1
    if word.endswith("e") and (at >= r2 or (at >= r1 and not _ends_in_short_syllable(word[:-1]))):
        return word[:-1]
    # The y of `allergy` and `strategy`, which `allergic` and `strategic` have lost with their ic.
    if word.endswith(("gi", "ll")) and at >= r2:
        return word[:-1]
    return word
