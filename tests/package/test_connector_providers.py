"""Whose connection a provider makes, as the service groups them."""

from __future__ import annotations

import pytest

from memsy_client import ORG_SCOPED_PROVIDERS, USER_SCOPED_PROVIDERS, requires_org_admin


def test_every_known_provider_is_in_one_of_the_groups():
    assert {"google_drive", "onedrive"} == USER_SCOPED_PROVIDERS
    assert {"slack", "s3", "notion", "github"} == ORG_SCOPED_PROVIDERS
    assert isinstance(USER_SCOPED_PROVIDERS, frozenset)
    assert isinstance(ORG_SCOPED_PROVIDERS, frozenset)


@pytest.mark.parametrize("provider", ["slack", "s3", "notion", "github", "unheard_of", ""])
def test_connecting_for_the_organisation_takes_an_admin_and_so_does_what_is_unknown(provider):
    assert requires_org_admin(provider) is True


@pytest.mark.parametrize("provider", ["google_drive", "onedrive"])
def test_connecting_for_oneself_takes_none(provider):
    assert requires_org_admin(provider) is False
