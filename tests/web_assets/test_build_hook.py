"""The hook that builds the assets before the wheel is packed: when it runs, and what it says when it cannot."""

import shutil
from pathlib import Path

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from hatch_build import WebAssets, fingerprint
from tests.web_assets.render import WEB


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the sources of `web/`."""
    ignored = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(WEB, tmp_path / "web", ignore=ignored)
    return tmp_path


def hook(root: Path) -> WebAssets:
    metadata: ProjectMetadata[PluginManager] = ProjectMetadata(str(root), PluginManager(), {})
    return WebAssets(str(root), {}, None, metadata, str(root / "dist"), "wheel")


@pytest.fixture
def _no_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("LEAP_KG_SKIP_WEB", raising=False)


def stamped(root: Path) -> Path:
    dist = root / "web" / "dist"
    (dist / ".vite").mkdir(parents=True)
    (dist / ".vite" / "manifest.json").write_text("{}")
    (dist / ".stamp").write_text(fingerprint(root / "web"))
    return dist


@pytest.mark.parametrize("file", ["src/main.ts", "styles/tokens.css", "package-lock.json", "vite.config.ts"])
def test_fingerprint_follows_every_source(root: Path, file: str) -> None:
    before = fingerprint(root / "web")
    with (root / "web" / file).open("a") as changed:
        changed.write("\n")
    assert fingerprint(root / "web") != before


def test_fingerprint_follows_names_and_not_times(root: Path) -> None:
    before = fingerprint(root / "web")
    (root / "web" / "src" / "main.ts").touch()
    assert fingerprint(root / "web") == before
    (root / "web" / "src" / "dom.ts").rename(root / "web" / "src" / "mod.ts")
    assert fingerprint(root / "web") != before


@pytest.mark.usefixtures("_no_npm")
def test_without_node_the_error_says_what_to_do(root: Path) -> None:
    with pytest.raises(RuntimeError, match=r"needs Node 20 and npm .* LEAP_KG_SKIP_WEB=1"):
        hook(root).initialize("standard", {})


@pytest.mark.usefixtures("_no_npm")
def test_what_is_built_already_needs_no_node(root: Path) -> None:
    stamped(root)
    hook(root).initialize("standard", {})


@pytest.mark.usefixtures("_no_npm")
def test_a_stamp_without_assets_is_not_believed(root: Path) -> None:
    dist = stamped(root)
    (dist / ".vite" / "manifest.json").unlink()
    with pytest.raises(RuntimeError, match="needs Node"):
        hook(root).initialize("standard", {})


@pytest.mark.usefixtures("_no_npm")
def test_assets_can_be_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_KG_SKIP_WEB", "1")
    hook(root).initialize("standard", {})
    assert list((root / "web" / "dist").iterdir()) == []


@pytest.mark.all
def test_build_from_scratch_twice(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not on the PATH")
    monkeypatch.delenv("LEAP_KG_SKIP_WEB", raising=False)
    hook(root).initialize("standard", {})
    dist = root / "web" / "dist"
    first = {file: file.stat().st_mtime_ns for file in dist.rglob("*")}
    assert dist / ".stamp" in first
    assert dist / ".vite" / "manifest.json" in first
    hook(root).initialize("standard", {})
    assert {file: file.stat().st_mtime_ns for file in dist.rglob("*")} == first
    (root / "web" / "styles" / "base.css").write_text("body { margin: 0 }\n")
    hook(root).initialize("standard", {})
    assert (dist / ".stamp").read_text() == fingerprint(root / "web")
    assert set(dist.rglob("*.css")).isdisjoint(first)
