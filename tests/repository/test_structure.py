"""What the repository promises about itself: sizes, locks, documentation that names everything."""

import re
import statistics
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from leap_kg.cli.app import app
from leap_kg.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def tracked(pattern: str) -> list[Path]:
    """Files that git has, or would take, below the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_modules_stay_small() -> None:
    lengths = {path: path.read_text().count("\n") for path in tracked("src/*.py")}
    assert len(lengths) > 50
    assert statistics.median(lengths.values()) < 200
    assert {path: lines for path, lines in lengths.items() if lines > 600} == {}


def test_every_package_says_what_belongs_there() -> None:
    packages = tracked("src/**/__init__.py")
    assert len(packages) >= 7
    for path in packages:
        assert path.read_text().startswith('"""'), path


@pytest.mark.parametrize("name", ["requirements.lock", "web/package-lock.json"])
def test_locks_carry_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert len(text) > 10_000
    assert re.findall(r"https?://\S+", text) == []


def test_no_registry_is_named_anywhere() -> None:
    hosts = ["pypi" + ".org", "registry." + "npmjs", "files." + "pythonhosted", "repo" + "1.maven"]
    found = [
        (path, host)
        for path in tracked("*")
        for host in hosts
        if host in path.read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []


def test_schema_org_has_one_spelling() -> None:
    wrong = "http://" + "schema.org/"
    places = [*tracked("ontology/*"), *tracked("sparql/*"), *tracked("examples/*")]
    assert len(places) > 30
    assert [path for path in places if wrong in path.read_text(encoding="utf-8", errors="ignore")] == []


def test_reference_names_every_command_option_and_setting() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text()
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert {name for name in commands if f"`leap-kg {name}" not in reference} == set()
    options = {
        option for command in commands.values() for parameter in command.params for option in parameter.opts
        if option.startswith("--") and option != "--help"
    }  # fmt: skip
    assert {option for option in options if option not in reference} == set()
    read = "".join((ROOT / f"src/leap_kg/{name}.py").read_text() for name in ("settings", "remote"))
    variables = set(re.findall(r"LEAP_KG_[A-Z_]+", read))
    assert len(variables) >= len(Settings.__dataclass_fields__)
    assert {name for name in variables if f"`{name}`" not in reference} == set()


def test_readme_commands_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", readme)) <= targets
    used = set(re.findall(r"^leap-kg ([a-z-]+)", readme, re.MULTILINE))
    assert used
    assert used <= set(get_command(app).commands)  # type: ignore[attr-defined]


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*tracked("*.md")]
    assert len(pages) > 8
    broken = [
        (page.name, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert broken == []
