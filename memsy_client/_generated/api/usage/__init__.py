"""What the organisation used of its plan (control plane, organisation admins)."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import usage_summary as _usage_summary
from . import usage_timeseries as _usage_timeseries

if TYPE_CHECKING:
    from ...models.usage_granularity import UsageGranularity
    from ...models.usage_summary_response import UsageSummaryResponse
    from ...models.usage_timeseries_response import UsageTimeseriesResponse


class Usage(SyncResource):
    """What the organisation used of its plan (control plane, organisation admins)."""

    def summary(self) -> UsageSummaryResponse:
        """Sum up the usage of this billing period.

        Returns, for each dimension of the plan, how much was used since the billing period began and what the limit
        is.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The usage so far.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_usage_summary.request())

    def timeseries(
        self,
        *,
        dimension: str | None = None,
        granularity: UsageGranularity = "daily",
        period_start: datetime.datetime | str | datetime.date | None = None,
        period_end: datetime.datetime | str | datetime.date | None = None,
    ) -> UsageTimeseriesResponse:
        """Show the usage over time.

        Returns the usage per day or per hour. Without a period the service takes the current billing period.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            dimension: Only this dimension, by its name in the summary: `api_calls`, `events_ingested`,
                `memory_stored`, `llm_tokens`, `search_queries`, or another (the vocabulary is open). Left out: all.
                1 to 64 characters.
            granularity: The width of a data point.
            period_start: The first moment or day to count. Left out, the start of the current billing period.
            period_end: The last moment or day to count (inclusive). Left out, now.

        Returns:
            The data points, oldest first.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _usage_timeseries.request(
                dimension=dimension, granularity=granularity, period_start=period_start, period_end=period_end
            )
        )

    @cached_property
    def with_raw_response(self) -> UsageWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return UsageWithRawResponse(with_raw_sender(self))


class UsageWithRawResponse:
    """The methods of `Usage`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, usage: Usage) -> None:
        self.summary = raw(usage.summary)
        self.timeseries = raw(usage.timeseries)


class AsyncUsage(AsyncResource):
    """What the organisation used of its plan (control plane, organisation admins)."""

    async def summary(self) -> UsageSummaryResponse:
        """Sum up the usage of this billing period.

        Returns, for each dimension of the plan, how much was used since the billing period began and what the limit
        is.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The usage so far.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_usage_summary.request())

    async def timeseries(
        self,
        *,
        dimension: str | None = None,
        granularity: UsageGranularity = "daily",
        period_start: datetime.datetime | str | datetime.date | None = None,
        period_end: datetime.datetime | str | datetime.date | None = None,
    ) -> UsageTimeseriesResponse:
        """Show the usage over time.

        Returns the usage per day or per hour. Without a period the service takes the current billing period.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            dimension: Only this dimension, by its name in the summary: `api_calls`, `events_ingested`,
                `memory_stored`, `llm_tokens`, `search_queries`, or another (the vocabulary is open). Left out: all.
                1 to 64 characters.
            granularity: The width of a data point.
            period_start: The first moment or day to count. Left out, the start of the current billing period.
            period_end: The last moment or day to count (inclusive). Left out, now.

        Returns:
            The data points, oldest first.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _usage_timeseries.request(
                dimension=dimension, granularity=granularity, period_start=period_start, period_end=period_end
            )
        )

    @cached_property
    def with_raw_response(self) -> AsyncUsageWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncUsageWithRawResponse(with_raw_sender(self))


class AsyncUsageWithRawResponse:
    """The methods of `AsyncUsage`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, usage: AsyncUsage) -> None:
        self.summary = async_raw(usage.summary)
        self.timeseries = async_raw(usage.timeseries)
