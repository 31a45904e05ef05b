"""The built scripts and styles: their addresses, read from Vite's manifest, and the files themselves.

Without a build (`LEAP_KG_SKIP_WEB=1`) there are none; pages are then plain HTML and work.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PREFIX = "/static/"


class Assets:
    """What a build left in `dist/`."""

    def __init__(self, dist: Path) -> None:
        self.dist = dist
        self._manifest: dict[str, dict[str, Any]] = {}
        self.stamp = ""
        manifest = dist / ".vite" / "manifest.json"
        if manifest.is_file():
            text = manifest.read_text(encoding="utf-8")
            self._manifest = json.loads(text)
            self.stamp = hashlib.sha256(text.encode()).hexdigest()[:8]

    def script(self, source: str) -> str:
        """The address of the file built from a source; `""` if there is none."""
        entry = self._manifest.get(source)
        return PREFIX + entry["file"] if entry else ""

    def file(self, source: str) -> Path | None:
        """The file built from a source, if it is there."""
        entry = self._manifest.get(source)
        return self.dist / entry["file"] if entry and (self.dist / entry["file"]).is_file() else None

    def styles(self, source: str) -> list[str]:
        """The addresses of the style sheets that come with a source."""
        return [PREFIX + file for file in self._manifest.get(source, {}).get("css", [])]


class AssetFiles(StaticFiles):
    """Serves `dist/`: names with a hash may be kept for ever, files that begin with a dot are not there."""

    def __init__(self, dist: Path) -> None:
        super().__init__(directory=dist, check_dir=False)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file for a path, nothing for hidden ones."""
        if any(part.startswith(".") for part in Path(path).parts):
            return "", None
        return super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its lifetime."""
        response = await super().get_response(path, scope)
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
