"""The lock of the proxy names packages, versions and integrity, and no place they come from."""

import json

from leap_kg.resources import declarations

HERE = declarations() / "hub" / "local"


def test_the_lock_has_no_address_and_pins_every_package() -> None:
    text = (HERE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert len(packages) > 20
    assert all(
        found["integrity"].startswith("sha512-") and found["version"] for name, found in packages.items() if name
    )
    assert packages[""]["dependencies"] == json.loads((HERE / "package.json").read_text())["dependencies"]
    assert "omit-lockfile-registry-resolved=true" in (HERE / ".npmrc").read_text().splitlines()
