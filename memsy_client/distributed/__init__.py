"""A backfill that outgrows one machine: partitions of events, written by the workers of an engine such as Ray or Dask.

docs/distributed.md has recipes. Nothing else of this package imports it.
"""

from __future__ import annotations

from .partition_writer import PartitionSummary, PartitionWriter

__all__ = ["PartitionSummary", "PartitionWriter"]
