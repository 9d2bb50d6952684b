"""The journal that `ingest_many` is given: which file, and what to do about events in doubt."""

from __future__ import annotations

import os
from dataclasses import KW_ONLY, dataclass

from .._core.checks import MAX_SECONDS, check_number, check_whole_number, shown, suggest_arguments
from .._core.sender import AsyncSender, SyncSender
from .._generated.client import AsyncControlMethods, ControlMethods
from ..exceptions import MemsyInputError


@suggest_arguments
@dataclass(frozen=True, slots=True)
class Journal:
    """Where `ingest_many` writes down what it sends, so that it can be run again after whatever ended it.

    The file is readable by its owner alone and holds neither contents nor the key. Events that are refused for good are
    written to `<path>.refused.jsonl`, with their contents.

    Attributes:
        path: The file. It is made when it is not there.
        lookup: A client of the control plane, sync or async as the ingestion is, that finds out whether events in doubt
            are stored; its user needs a seat. Without it, they stay in doubt.
        max_pages: How many pages of 200 events of a conversation are searched for one at most.
        skew: By how many seconds the clocks of this machine and of the service may differ.
        resend_in_doubt: Whether to send again what is in doubt and cannot be looked up: rather twice than never.
    """

    path: str | os.PathLike[str]
    _: KW_ONLY
    lookup: ControlMethods | AsyncControlMethods | None = None
    max_pages: int = 50
    skew: float = 300.0
    resend_in_doubt: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | os.PathLike) or not os.fspath(self.path):
            raise MemsyInputError(f"a journal takes the path of a file, not {shown(self.path)}")
        if self.lookup is not None and not isinstance(self.lookup, ControlMethods | AsyncControlMethods):
            raise MemsyInputError(f"lookup takes a client of the control plane or None, not {shown(self.lookup)}")
        check_whole_number("max_pages", self.max_pages)
        check_number("skew", self.skew, least=0, most=MAX_SECONDS)

    @classmethod
    def of(cls, journal: Journal | str | os.PathLike[str], sender: SyncSender | AsyncSender) -> Journal:
        """The journal that an ingestion through the sender was given, as itself or as a path.

        Raises:
            MemsyInputError: It is none, or its `lookup` is of the other flavour.
        """
        found = journal if isinstance(journal, Journal) else cls(journal)
        kind = ControlMethods if isinstance(sender, SyncSender) else AsyncControlMethods
        if found.lookup is not None and not isinstance(found.lookup, kind):
            name = kind.__name__.replace("ControlMethods", "MemsyControlClient")
            raise MemsyInputError(f"lookup has to be of the kind of the ingestion: {name}")
        return found
