"""When two texts are the same statement."""

from __future__ import annotations

import hashlib
import unicodedata

VERSION = 2
"""Fingerprints of another version do not meet these: a file that has such gets new ones, see `index.built_with`."""

# What ends a sentence or a part of one, in the scripts that have such signs. Other punctuation tells statements apart:
# -5 and 5, `!=` and `==`, C# and C.
_CLOSING = ".,;:!?…‥‼⁇⁈⁉。、，．；：！？｡､।॥؟؛،۔։՞።፣፤፥፦፧፨។៕၊།༎᠂᠃"

_VARIANTS = {ord(quote): "'" for quote in "‘’‛ʼ"} | {ord(quote): '"' for quote in "“”„‟"} | {0xFE0E: "", 0xFE0F: ""}
"""Quotation marks that a keyboard makes of straight ones, and signs that only choose how an emoji is drawn."""


def fingerprint(text: str) -> bytes:
    """A hash of what a text states: equal for texts that differ only in case, blanks and closing punctuation.

    Letters, marks (such as the vowel signs of Hindi and Thai), digits, symbols and all other punctuation count.
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold()).translate(_VARIANTS)
    words = [word.rstrip(_CLOSING) for word in folded.split()]
    statement = " ".join(filter(None, words)) or " ".join(folded.split())
    return hashlib.blake2b(statement.encode("utf-8", "surrogatepass"), digest_size=16).digest()
