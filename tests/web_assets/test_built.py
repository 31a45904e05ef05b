"""What Vite built keeps the promises that the content security policy and the cache headers rest on."""

import re
from pathlib import Path

import pytest

from tests.web_assets.node import need_build
from tests.web_assets.render import WEB, manifest

DIST = WEB / "dist"


@pytest.fixture(autouse=True)
def _built() -> None:
    need_build()


def built(source: str) -> Path:
    return DIST / str(manifest()[source]["file"])


def style_sheets() -> list[Path]:
    return sorted(DIST.rglob("*.css"))


def test_manifest_has_what_the_frame_asks_for() -> None:
    entries = manifest()
    assert {"src/main.ts", "src/theme.ts", "src/favicon.svg"} <= entries.keys()
    assert entries["src/main.ts"]["css"]
    for entry in entries.values():
        for name in (entry["file"], *entry.get("css", [])):
            assert (DIST / name).is_file()


def test_names_change_with_the_content() -> None:
    for file in (DIST / "assets").iterdir():
        assert re.fullmatch(r"[a-z]+-[\w-]{8}\.(js|css|svg)", file.name), file.name


def test_theme_runs_as_a_classic_script() -> None:
    text = built("src/theme.ts").read_text()
    assert not re.search(r"\b(import|export)\b", text)
    assert "localStorage" in text


def test_editor_is_loaded_only_where_it_is_needed() -> None:
    main = manifest()["src/main.ts"]
    assert main["dynamicImports"] == ["src/editor.ts", "src/preview.ts"]
    assert "imports" not in main
    assert built("src/main.ts").stat().st_size < 20_000


def test_scripts_need_no_eval() -> None:
    for file in DIST.rglob("*.js"):
        assert not re.search(r"\beval\(|\bnew Function\b", file.read_text()), file.name


def test_styles_load_only_their_own_files() -> None:
    addresses = [
        address for sheet in style_sheets() for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text())
    ]
    assert addresses
    for address in addresses:
        assert (DIST / "assets" / address).is_file(), address
    assert not any("@import" in sheet.read_text() for sheet in style_sheets())
