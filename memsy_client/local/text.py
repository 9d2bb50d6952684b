from __future__ import annotations
import re, unicodedata
from memsy_client.local.stem import stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
STOP = frozenset(
    """
a an the this that these those there here
i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
it its itself they them their theirs themselves one ones someone somebody anyone anybody everyone everybody
something anything everything nothing
who whom whose which what when where why how whatever
am is are was were be been being isn aren wasn weren ain
do does did doing done don doesn didn
have has had having haven hasn hadn
will would shall should can could may might must ought won wouldn shouldn couldn mustn needn
and or but nor if then than so because as while until although though whether
of at by for with about against between into through during before after above below to from up down in out on off over
under again further once onto upon within without across along around toward towards among via per
not no nor only own same too very just also even still already yet ever never always
all any both each few more most other another such some many much
ll ve re d m s t let lets please tell
""".split()
)


def tokens(text):
    text = unicodedata.normalize("NFKD", text[:8000].casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)) if not text.isascii() else text
    out = []
    for w in _WORD.findall(text):
        for p in re.split("['’]", w):
            out.append(p)
    return out
