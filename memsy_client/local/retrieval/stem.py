"""English word forms brought to one stem: `going`, `goes` and `went` are all `go`.

Snowball's English stemmer, and a table for the forms which no rule reaches. Words of other languages pass through a
few suffix rules that were not made for them, the same way when they are indexed and when they are asked for, so that
equal words still meet.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from typing import Any

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
weave wove woven; weep wept; win won; withdraw withdrew withdrawn; write wrote written;
calf calves; child children; foot feet; goose geese; half halves; hoof hooves; knife knives; leaf leaves; life lives;
loaf loaves; man men; mouse mice; ox oxen; person people; scarf scarves; shelf shelves; thief thieves; tooth teeth;
wife wives; wolf wolves; woman women; bad worse worst; far farther farthest further furthest; good better best;
allergy allergic; strategy strategic; canvas canvases; lens lenses
"""
_LAST_LATIN = "\u024f"
_IRREGULAR = {form: base for group in _IRREGULAR_FORMS.split(";") for base, *forms in [group.split()] for form in forms}


def stem(word: str) -> str:
    """The stem of one word in lower case, without apostrophes.

    Words of one or two letters, and words with a digit, are their own stem.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    # Numbers and ids, of which there is no end, would push the words out of the cache. No rule meets the end of a word
    # that is not of Latin letters.
    return _stem(word) if len(word) > 2 and word[-1] <= _LAST_LATIN and word.isalpha() else word


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    word = _IRREGULAR.get(word, word)
    # One for each word: what two threads share would mix up their words, and making one costs next to nothing.
    found: str = _stemmer_class()().stemWord(word)
    return found


@cache
def stemmer_name() -> str:
    """What the stems depend on, the package's version and our table: stems of two names do not meet in one index.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    # Importing it takes longer than all else here, and only who opens a database needs it.
    from importlib.metadata import version

    _stemmer_class()
    table = hashlib.blake2b(_IRREGULAR_FORMS.encode(), digest_size=4).hexdigest()
    return f"snowballstemmer {version('snowballstemmer')}, irregular forms {table}"


@cache
def _stemmer_class() -> Any:
    try:
        # The class itself: `snowballstemmer.stemmer` hands out PyStemmer's where that is installed, of any version.
        from snowballstemmer.english_stemmer import EnglishStemmer  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError("the local server needs more packages: pip install 'memsy-client[local]'") from error
    return EnglishStemmer
