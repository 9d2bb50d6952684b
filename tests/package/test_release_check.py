"""What `make release-check` finds in metadata; the check as a whole needs a package index, and is no test."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FIELDS = {
    "Name": "memsy-client",
    "Version": "1.2.3",
    "Summary": "text",
    "Author-email": "a <a@example.org>",
    "License-Expression": "MIT",
    "License-File": "LICENSE",
    "Keywords": "memory",
    "Requires-Python": ">=3.10",
    "Description-Content-Type": "text/markdown",
}
SOURCE = "https://example.org/we/memsy-client"


@pytest.fixture
def release_check() -> ModuleType:
    if sys.version_info < (3, 11):
        pytest.skip("it reads TOML with Python 3.11")
    spec = importlib.util.spec_from_file_location("release_check", ROOT / ".ci" / "release_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def outside_of_a_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)


def metadata(readme: str = "[docs](https://example.org/docs) [below](#use)", **changes: str) -> Message:
    message = Message()
    for name, value in {**FIELDS, **changes}.items():
        if value:
            message[name] = value
    for label in ("Source", "Documentation", "Changelog", "Issues"):
        message["Project-URL"] = f"{label}, {SOURCE}"
    message.set_payload(readme)
    return message


def test_complete_metadata_have_no_fault(release_check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(release_check.metadata_faults(metadata())) == []
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://example.org")
    monkeypatch.setenv("GITHUB_REPOSITORY", "we/memsy-client")
    assert list(release_check.metadata_faults(metadata())) == []


@pytest.mark.parametrize("name", ["Summary", "Author-email", "License-Expression", "Keywords", "Requires-Python"])
def test_a_field_that_is_missing_is_a_fault(release_check: ModuleType, name: str) -> None:
    assert list(release_check.metadata_faults(metadata(**{name: ""}))) == [f"the metadata have no {name}"]


@pytest.mark.parametrize("link", ["docs/clients.md", "LICENSE", "http://example.org", "mailto:a@example.org"])
def test_a_link_that_the_package_index_cannot_follow_is_a_fault(release_check: ModuleType, link: str) -> None:
    (fault,) = release_check.metadata_faults(metadata(f"[text]({link})"))
    assert link in fault


def test_a_source_that_is_another_repository_is_a_fault(
    release_check: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://example.org")
    monkeypatch.setenv("GITHUB_REPOSITORY", "others/memsy-client")
    (fault,) = release_check.metadata_faults(metadata())
    assert fault.endswith("this is others/memsy-client")


def test_a_tag_has_to_be_that_of_the_version(release_check: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "memsy_client-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("memsy_client-1.2.3.dist-info/METADATA", metadata().as_string())
    release_check.check_metadata(wheel, None)
    release_check.check_metadata(wheel, "v1.2.3")
    with pytest.raises(release_check.CheckFailedError, match=r"the tag is v1\.2\.4, the version 1\.2\.3"):
        release_check.check_metadata(wheel, "v1.2.4")
