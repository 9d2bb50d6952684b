"""The third parties that connectors connect to, all of them played from one table.

Nothing is read from anywhere, and nothing leaves this machine: what the owner of an account would do at a provider is
opening `authorize_url`. docs/local-server.md says what is pretended: change both together.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs

REFUSED = "refused"
"""An access key, a secret, a region or a bucket of this name is one that S3 does not know."""

CONSENT_PATH = "/_providers/"
"""Where the pages are on which the owner of an account gives consent."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something at a provider that a connection can read.

    Attributes:
        external_id: Its id at the provider.
        resource_type: `channel`, `folder`, `repo`, …
        name: Its name.
        parent_id: The folder or repository that it is in; None for what is listed first.
    """

    external_id: str
    resource_type: str
    name: str | None = None
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """One third party.

    Attributes:
        title: Its name, for people.
        account_id: The id of the account that consent opens.
        scopes: What is granted, in the provider's words.
        resource_type: The type of a resource that says none.
        per_user: Whether a connection is a user's own, and not the organisation's.
        has_consent: Whether an account's owner gives consent; S3 is opened by its credentials instead.
        has_folders: Whether a folder can be opened.
        has_branches: Whether what is listed has branches.
        has_picker: Whether resources are chosen in a picker, because they cannot be listed.
        resources: What there is, unless other resources are set.
    """

    title: str
    account_id: str
    scopes: tuple[str, ...]
    resource_type: str
    per_user: bool = False
    has_consent: bool = True
    has_folders: bool = False
    has_branches: bool = False
    has_picker: bool = False
    resources: tuple[Resource, ...] = ()

    @property
    def account_name(self) -> str:
        """The name of the account that consent opens."""
        return f"{self.title} (local)"


PROVIDERS: Mapping[str, Provider] = {
    "slack": Provider(
        "Slack",
        "T0LOCAL",
        ("channels:read", "channels:history"),
        "channel",
        resources=(
            Resource("C0GENERAL", "channel", "general"),
            Resource("C0SUPPORT", "channel", "support"),
            Resource("C0RANDOM", "channel", "random"),
        ),
    ),
    "google_drive": Provider(
        "Google Drive",
        "drive-local",
        ("drive.file",),
        "file",
        per_user=True,
        has_picker=True,
        resources=(
            Resource("file_handbook", "file", "Handbook"),
            Resource("folder_projects", "folder", "Projects"),
        ),
    ),
    "s3": Provider("Amazon S3", "000000000000", (), "bucket", has_consent=False),
    "notion": Provider(
        "Notion",
        "notion-local",
        ("read_content",),
        "workspace",
        resources=(Resource("workspace_local", "workspace", "Local workspace"),),
    ),
    "github": Provider(
        "GitHub",
        "acme",
        ("repo",),
        "repo",
        has_branches=True,
        resources=(
            Resource("acme/app", "repo", "app"),
            Resource("acme/docs", "repo", "docs"),
            Resource("acme/app#main", "default_branch", "main", "acme/app"),
            Resource("acme/app#develop", "branch", "develop", "acme/app"),
            Resource("acme/docs#main", "default_branch", "main", "acme/docs"),
        ),
    ),
    "onedrive": Provider(
        "OneDrive",
        "onedrive-local",
        ("Files.Read",),
        "folder",
        per_user=True,
        has_folders=True,
        resources=(
            Resource("folder_projects", "folder", "Projects"),
            Resource("file_readme", "file", "Readme.docx"),
            Resource("folder_2026", "folder", "2026", "folder_projects"),
            Resource("file_plan", "file", "Plan.docx", "folder_2026"),
        ),
    ),
}
"""The providers, by their slugs."""

PICKER: dict[str, Any] = {
    "access_token": "local-picker-token",
    "expires_in": 3599,
    "api_key": "local-picker-key",
    "app_id": "000000000000",
}
"""What the picker of Google Drive gets; it opens nothing."""


def accepts_credentials(body: Mapping[str, str]) -> bool:
    """Whether S3 knows the credentials and the bucket of a configuration."""
    return all(body[name] != REFUSED for name in ("access_key_id", "secret_access_key", "region", "bucket"))


def consent_url(address: str, provider: str, state: str) -> str:
    """The address of the page on which consent is given; `state` is the secret that names the connection."""
    return f"{address}{CONSENT_PATH}{provider}/authorize?state={state}"


def give_consent(connection: sqlite3.Connection, path: str, query: str) -> str | None:
    """Open a page of consent, which authorises; returns its text, None when there is no such page."""
    provider, _, action = path.removeprefix(CONSENT_PATH).partition("/")
    states = parse_qs(query).get("state", [])
    if action != "authorize" or provider not in PROVIDERS or len(states) != 1:
        return None
    sql = "UPDATE connectors SET authorized = 1 WHERE provider = ? AND state = ?"
    if not connection.execute(sql, (provider, states[0])).rowcount:
        return None
    return f"{PROVIDERS[provider].title} is connected, as far as a local server can. You may close this page."


def authorize(connection: sqlite3.Connection, connector_id: str) -> None:
    """Give the consent of a connection without its page.

    Raises:
        ValueError: There is no such connection.
    """
    sql = "UPDATE connectors SET authorized = 1 WHERE connector_id = ?"
    if not connection.execute(sql, (str(connector_id),)).rowcount:
        raise ValueError(f"there is no connector {connector_id!r}")


def resources_of(connection: sqlite3.Connection, connector_id: str, slug: str) -> tuple[Resource, ...]:
    """What there is to read: what was set for the connection, else for the provider, else what the table has."""
    sql = "SELECT resources FROM connector_resources WHERE target = ?"
    for target in (connector_id, slug):
        row = connection.execute(sql, (target,)).fetchone()
        if row is not None:
            return tuple(Resource(**item) for item in json.loads(row[0]))
    return PROVIDERS[slug].resources


def set_resources(connection: sqlite3.Connection, target: str, resources: Iterable[Any]) -> None:
    """Replace what there is to read of one connection, or of all of a provider, whichever `target` names.

    Raises:
        ValueError: There is no such connection or provider, or the resources are not a list of texts, and of mappings
            with a text as their `external_id`.
    """
    row = connection.execute("SELECT provider FROM connectors WHERE connector_id = ?", (str(target),)).fetchone()
    provider = PROVIDERS.get(target if row is None else row[0])
    if provider is None:
        raise ValueError(f"there is no connector or provider {target!r}")
    if isinstance(resources, str | Mapping):
        raise ValueError("the resources are a list")
    # Not escaped, so that what is no Unicode text is refused here.
    text = json.dumps([asdict(_resource(provider, item)) for item in resources], ensure_ascii=False)
    connection.execute("INSERT OR REPLACE INTO connector_resources VALUES (?, ?)", (target, text))


def _resource(provider: Provider, item: Any) -> Resource:
    external_id, resource_type, name, parent_id = _fields(item)
    if provider.has_branches and parent_id is None and "#" in external_id:
        parent_id = external_id.partition("#")[0]
    default = "branch" if provider.has_branches and parent_id is not None else provider.resource_type
    return Resource(external_id, resource_type or default, name or external_id, parent_id)


def _fields(item: Any) -> tuple[str, str | None, str | None, str | None]:
    """The id, type, name and parent of a resource: a text, a mapping, or a model of the client."""
    if isinstance(item, str):
        item = {"external_id": item}
    elif hasattr(item, "to_dict"):
        item = item.to_dict()
    if not isinstance(item, Mapping):
        raise ValueError(f"a resource is a mapping, or the text of its id, not {type(item).__name__}")
    names = ("external_id", "resource_type", "name", "parent_id")
    values: list[Any] = [item.get(key) for key in names]
    external_id, resource_type, name, parent_id = values
    if external_id is None or not all(value is None or _is_text(value) for value in values):
        raise ValueError("external_id of a resource is a text, and so are resource_type, name and parent_id if given")
    return external_id, resource_type, name, parent_id


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
