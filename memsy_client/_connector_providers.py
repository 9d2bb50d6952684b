"""Whose connection a connector's provider makes: one for the organisation, or one for each user."""

from __future__ import annotations

#: Providers that each user connects for themselves.
USER_SCOPED_PROVIDERS = frozenset({"google_drive", "onedrive"})

#: Providers that an organisation connects once.
ORG_SCOPED_PROVIDERS = frozenset({"github", "notion", "s3", "slack"})


def requires_org_admin(provider: str) -> bool:
    """Whether connecting this provider takes an organisation admin, so that an application can hide what would fail.

    Advice only: the service decides, and lets any API key do it. A provider that is unknown here counts as one of the
    organisation's.

    Args:
        provider: The slug, such as `slack`.
    """
    return provider not in USER_SCOPED_PROVIDERS
