"""Build hook: makes the web assets with Node before the wheel is packed.

A stamp of the sources' content decides whether there is anything to do, because times of files mean
nothing after an sdist was unpacked. `LEAP_KG_SKIP_WEB=1` packs without assets: pages then work without
scripts.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "styles", "scripts", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")


class WebAssets(BuildHookInterface[Any]):
    """Runs `npm ci` and `npm run build` in `web/` when its sources changed since the last build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build `web/dist`; raises `RuntimeError` that says what to install where Node is missing."""
        web = Path(self.root) / "web"
        dist = web / "dist"
        stamp = dist / ".stamp"
        if os.environ.get("LEAP_KG_SKIP_WEB") == "1":
            dist.mkdir(parents=True, exist_ok=True)
            return
        wanted = fingerprint(web)
        if stamp.is_file() and stamp.read_text() == wanted and (dist / ".vite" / "manifest.json").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "building the web assets needs Node 20 and npm on the PATH; "
                "install them, or set LEAP_KG_SKIP_WEB=1 to install without assets"
            )
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=web, check=True)
        subprocess.run([npm, "run", "build"], cwd=web, check=True)
        stamp.write_text(wanted)


def fingerprint(web: Path) -> str:
    """The SHA-256 over names and contents of everything the assets are made from."""
    total = hashlib.sha256()
    for name in SOURCES:
        place = web / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file():
                total.update(str(file.relative_to(web)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()
