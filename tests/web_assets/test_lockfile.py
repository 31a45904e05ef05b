"""The lock names packages, versions and integrity, and no place they come from."""

import json
from typing import Any

from tests.web_assets.render import WEB

LOCK = WEB / "package-lock.json"


def packages() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(LOCK.read_text())["packages"]
    return found


def test_lock_has_no_url() -> None:
    text = LOCK.read_text()
    assert "http" not in text
    assert "://" not in text


def test_every_package_is_pinned_by_content() -> None:
    for name, package in packages().items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert package["version"]


def test_lock_is_of_this_package_json() -> None:
    declared = json.loads((WEB / "package.json").read_text())
    assert packages()[""]["devDependencies"] == declared["devDependencies"]
    assert "dependencies" not in declared


def test_npm_is_told_to_keep_urls_out() -> None:
    assert "omit-lockfile-registry-resolved=true" in (WEB / ".npmrc").read_text().splitlines()
