"""A script: clients by way of modules and aliases."""

from __future__ import annotations

import memsy_client as mc
from memsy_client import models as m
from shop.assistant import Assistant
from shop.clients import account, memory

KIND: m.EventKind = "app_event"  # broken: EventKind


def main() -> None:
    client = memory()
    browse = client.memories
    count = browse.stats  # broken: MemsyClient.memories.stats
    print(count().total, Assistant(client).stats())
    keys = account().keys
    print(keys.create("ci", scopes=["read"]).raw_key)
    orgs: list[mc.OrgResource] = client.orgs.list()  # broken: OrgResource
    print(orgs[0].name, client.search("x").results[0].score + 1)  # broken: SearchResult.score


if __name__ == "__main__":
    main()
