"""Older code, without types: what it gets may be a client, or anything else."""

import vendor_container  # not installed here


def statistics(client):
    return client.memories.stats()  # maybe: MemsyClient.memories.stats


def find(client, question, **options):
    client.search(question)
    client.search(question, threshold=0.5)
    client.search(question, limit=3)  # maybe: MemsyClient.search.limit
    return client.search(question, **options).results  # maybe: MemsyClient.search.limit


class Finder:
    def __init__(self, memsy):
        self.memsy = memsy
        self.roles = memsy.roles

    def make(self, org):
        self.memsy.orgs.create(org, "name", "focus")  # maybe: MemsyClient.orgs.create.name
        self.memsy.orgs.create(org, name="name", focus="focus")
        return self.roles.create(org, "name", focus="focus")  # maybe: MemsyClient.roles.create.region

    def scores(self, results):
        return [result.score for result in results if result.score > 0.5]  # maybe: SearchResult.score

    def line(self, result):
        return f"{result.content}: {result.score:.2f}"  # maybe: SearchResult.score


def from_container():
    container = vendor_container.load()
    return container.memory.memories.stats()  # maybe: MemsyClient.memories.stats
