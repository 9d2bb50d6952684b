"""Which connectors to offer to whom."""

from memsy import ORG_SCOPED_PROVIDERS, USER_SCOPED_PROVIDERS, requires_org_admin

KNOWN = sorted(ORG_SCOPED_PROVIDERS | USER_SCOPED_PROVIDERS)


def offered(is_admin):
    return [provider for provider in KNOWN if is_admin or not requires_org_admin(provider)]


assert offered(is_admin=True) == ["github", "google_drive", "notion", "onedrive", "s3", "slack"]
assert offered(is_admin=False) == ["google_drive", "onedrive"]
assert requires_org_admin("a-provider-of-next-year")
