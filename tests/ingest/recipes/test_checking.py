"""Checks of feedstocks: those of ours pass, mistakes are told with their places, and LEAP's own give reports."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.reading import File, Reading, dotted
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.recipes.checking import Report, check_all, feedstocks_below
from leap_kg.ingest.recipes.checkout import NoFeedstock, read_checkout
from leap_kg.ingest.recipes.imports import Provided, imported, provided_by, unprovided
from leap_kg.ingest.recipes.letter import as_json, letter, of_running
from leap_kg.ingest.recipes.requirements import check_requirements, compare_requirements, read_requirements
from leap_kg.ingest.recipes.scaffold import Taken, scaffold
from leap_kg.ingest.recipes.where import split
from leap_kg.ontology.identifiers import github
from leap_kg.settings import DEFAULT_BASE

ROOT = Path(__file__).parents[3]
OURS = sorted((ROOT / "ingest" / "recipes").glob("*/feedstock/recipe.py"))
REAL = ROOT / ".." / "shared" / "data" / "feedstocks"
INSTALLED = {"pangeo-forge-recipes": "0.10.8", "xarray": "2026.7.0"}
OTHER = "https://github.com/other/place/blob/main/feedstock/meta.yaml"


def check(*paths: Path) -> list[Report]:
    return list(check_all(feedstocks_below(paths), INSTALLED, DEFAULT_BASE))


def made(folder: Path, **files: str) -> Path:
    """A feedstock with these files in place of those that are right."""
    scaffold(folder, github.Repository("Lab", "warm-feedstock"), "Warm water")
    for name, text in files.items():
        (folder / "feedstock" / name.replace("_", ".")).write_text(text)
    return folder


def places(report: Report) -> set[tuple[str, str, int | None]]:
    return {(each.kind, report.where[each].file, report.where[each].line) for each in report.findings}


@pytest.mark.parametrize("module", OURS, ids=[path.parents[1].name for path in OURS])
def test_recipes_of_our_own_have_nothing_to_mend(module: Path) -> None:
    (report,) = check(module.parents[1])
    assert [each.message for each in report.findings] == ["the record lists no store"]


def test_a_new_feedstock_passes_and_is_not_made_twice(tmp_path: Path) -> None:
    (report,) = check(made(tmp_path / "new"))
    assert report.passes
    assert report.name == "Lab/warm-feedstock"
    # What stands there to be replaced is told, and nothing else.
    left = [each for each in report.findings if each.severity is not Severity.INFO]
    assert {each.kind for each in left} == {"placeholder"}
    assert sorted(each.pointer.partition(" ")[0] for each in left) == [
        "description",
        "maintainers[0].github",
        "maintainers[0].name",
        "provenance.providers[0].description",
        "provenance.providers[0].name",
    ]
    with pytest.raises(Taken, match="name a new folder"):
        made(tmp_path / "new")


def test_mistakes_are_told_with_place_and_remedy(tmp_path: Path) -> None:
    meta = (made(tmp_path / "good") / "feedstock" / "meta.yaml").read_text()
    spoilt = meta.replace("CC-BY-4.0", "who knows").replace('"recipe:recipe"', '"recipe:recipes"')
    catalog = (
        "meta_yaml_url: https://github.com/lab/warm-feedstock/blob/main/feedstock/meta.yaml\nstores:\n"
        "  - {id: a, name: a, url: 'https://data.example.org/a.nc', xarray_open_kwargs: {engine: zarr}}\n"
    )
    requirements = "pangeo-forge-recipes==0.9.0\ngit+https://github.com/x/y@main\nxarray\n!!\ngcsfs\n# a note\n"
    folder = made(tmp_path / "bad", meta_yaml=spoilt, catalog_yaml=catalog, requirements_txt=requirements)
    (report,) = check(folder)
    assert places(report) >= {
        ("unknown-licence", "feedstock/meta.yaml", 14),
        ("missing-object", "feedstock/meta.yaml", 6),
        ("engine-suffix", "feedstock/catalog.yaml", 3),
        ("requirement", "feedstock/requirements.txt", 2),
        ("requirement", "feedstock/requirements.txt", 3),
        ("requirement", "feedstock/requirements.txt", 4),
        ("requirement", "feedstock/requirements.txt", 5),
    }
    text = letter(report)
    assert text.startswith("## lab/warm-feedstock\n")
    assert "Name one of those that look like recipes: recipe." in text
    assert "0.9.0" not in text
    (other,) = (each for each in report.of_running if "0.9.0" in each.message)
    assert "0.10.8" in other.message
    assert "0.10.8" in of_running([report])
    told = json.loads(json.dumps(as_json(report)))
    assert told["warning"] == report.counts[Severity.WARNING]
    assert other.message in {each["message"] for each in told["of_running"]}
    assert {(each["kind"], each["file"], each["line"]) for each in told["findings"]} == places(report)


def test_the_gravest_comes_first_and_each_reason_once(tmp_path: Path) -> None:
    meta = (
        "title: A\ndescription: B\nprovenance:\n  providers:\n    - {name: P, roles: [one, two]}\n"
        "    - {name: Q, roles: [one]}\n  license: ''\nmaintainers: []\n"
    )
    (report,) = check(made(tmp_path, meta_yaml=meta))
    text = letter(report)
    order = ["No licence is given.", "Nobody is named to ask.", "Roles are not those of STAC.", "No store is listed."]
    assert [text.count(each) for each in order] == [1, 1, 1, 1]
    assert sorted(order, key=text.index) == order
    assert "- feedstock/meta.yaml, line 5 and line 6: the role 'one' is not one of STAC's four." in text
    assert text.count("Use one of licensor, producer, processor, host.") == 1
    # What is missing in a file has no line there.
    assert "- feedstock/catalog.yaml: the dataset lists no store." in text


def test_a_description_of_another_repository_is_told_with_the_line_to_write(tmp_path: Path) -> None:
    (report,) = check(made(tmp_path / "Lab__warm-feedstock", catalog_yaml=f"meta_yaml_url: {OTHER}\n"))
    (finding,) = (each for each in report.findings if each.kind == "foreign-meta")
    assert finding.severity is Severity.WARNING
    assert finding.message == "catalog.yaml lies in Lab/warm-feedstock, and takes its description from other/place"
    own = "https://github.com/Lab/warm-feedstock/blob/main/feedstock/meta.yaml"
    assert f'`meta_yaml_url: "{own}"`.' in letter(report)


def test_a_fork_may_point_at_where_it_comes_from(tmp_path: Path) -> None:
    (report,) = check(made(tmp_path / "Lab__place", catalog_yaml=f"meta_yaml_url: {OTHER}\n"))
    (finding,) = (each for each in report.findings if each.kind == "foreign-meta")
    assert finding.severity is Severity.INFO
    assert "fork" in finding.hint


def test_a_feedstock_without_a_description_of_its_own_may_mean_that(tmp_path: Path) -> None:
    listed, other = tmp_path / "Lab__listed", made(tmp_path / "other__place")
    (listed / "feedstock").mkdir(parents=True)
    catalog = f"meta_yaml_url: {OTHER}\nstores:\n  - {{id: a, url: 'gs://lab-scratch/a.zarr'}}\n"
    (listed / "feedstock" / "catalog.yaml").write_text(catalog)
    (alone,) = check(listed)
    assert {(each.kind, each.severity) for each in alone.findings} == {
        ("foreign-meta", Severity.INFO),
        ("temporary-store", Severity.WARNING),
    }
    assert [each.kind for each in alone.of_running] == ["unreadable-file"]
    assert "was not given" not in letter(alone)
    together = next(report for report in check(listed, other) if report.name == "Lab/listed")
    assert together.of_running == ()
    assert ("placeholder", "other/place: feedstock/meta.yaml", 2) in places(together)
    assert together.files == ("feedstock/catalog.yaml", "other/place: feedstock/meta.yaml")


def test_a_catalogue_entry_that_does_not_say_where_its_description_is(tmp_path: Path) -> None:
    (report,) = check(made(tmp_path / "Lab__warm-feedstock", catalog_yaml="tags: [zarr]\n"))
    (finding,) = (each for each in report.findings if each.kind == "missing-meta-url")
    assert finding.hint.endswith('"https://github.com/Lab/warm-feedstock/blob/main/feedstock/meta.yaml".')
    assert report.where[finding][:2] == ("feedstock/catalog.yaml", None)


def test_a_template_may_hold_its_own_texts(tmp_path: Path) -> None:
    (report,) = check(made(tmp_path / "Lab__template_feedstock", catalog_yaml="tags: [my-custom-tag]\n"))
    assert "placeholder" in {each.kind for each in report.findings}
    assert "my-custom-tag" not in letter(report)
    (other,) = check(made(tmp_path / "Lab__feedstock", catalog_yaml="tags: [my-custom-tag]\n"))
    assert "`tags[0]` is `my-custom-tag`" in letter(other)


def test_what_the_files_say_is_no_markup_of_the_letter(tmp_path: Path) -> None:
    said = "<img src=x> `a`\\n\\n## Head"
    meta = (
        f'title: A\ndescription: B\nprovenance: {{license: "{said}"}}\nmaintainers: [{{name: "<b>`", github: lab}}]\n'
    )
    (report,) = check(made(tmp_path, meta_yaml=meta))
    text = letter(report)
    assert "\\<img" in text
    assert "<img" not in text.replace("\\<", "")
    assert "\n## Head" not in text
    assert "To \\<b>\\`." in text


# --- what builds the data -------------------------------------------------------------------------------------


def test_a_recipe_of_an_older_form_is_told(tmp_path: Path) -> None:
    old = "import json\nrecipe = XarrayZarrRecipe(pattern)\n"
    (report,) = check(made(tmp_path / "new", recipe_py=old))
    (finding,) = (each for each in report.findings if each.kind == "unknown-version")
    assert finding.severity is Severity.WARNING
    assert report.where[finding][:2] == ("feedstock/recipe.py", 2)
    meta = (tmp_path / "new" / "feedstock" / "meta.yaml").read_text() + 'pangeo_forge_version: "0.9.0"\n'
    (stated,) = check(made(tmp_path / "old", recipe_py=old, meta_yaml=meta))
    (finding,) = (each for each in stated.findings if each.kind == "unknown-version")
    assert finding.severity is Severity.INFO
    (tmp_path / "old" / "feedstock" / "recipe.py").unlink()
    (without,) = check(tmp_path / "old")
    (finding,) = (each for each in without.findings if each.kind == "unknown-version")
    assert without.where[finding][:2] == ("feedstock/meta.yaml", len(meta.splitlines()))


IMPORTS = (
    "import json, xarray\nimport helper\nfrom leap_recipe import Recipe\n\nimport leap_data_management_utils.x as x\n"
)


@pytest.mark.parametrize(
    ("requirements", "severity"),
    [
        (None, Severity.WARNING),
        ("xarray==2026.7.0", Severity.WARNING),
        ("xarray==2026.7.0\nother==1", Severity.INFO),
        ("leap-data-management-utils==0.0.12", None),
        ("leap_data_management_utils[pangeo-forge] @ git+https://github.com/leap-stc/x.git@main", None),
        ("git+https://github.com/leap-stc/leap-data-management-utils", None),
        ("git+https://github.com/leap-stc/x@main#egg=leap-data-management-utils", None),
        ("-r others.txt", None),
    ],
)
def test_an_import_that_nothing_provides_is_told(
    requirements: str | None, severity: Severity | None, tmp_path: Path
) -> None:
    files = {} if requirements is None else {"requirements_txt": requirements}
    folder = made(tmp_path, recipe_py=f"{IMPORTS}recipe = Recipe()\n", helper_py="import pandas\n", **files)
    (report,) = check(folder)
    found = {each.value: each for each in report.findings if " imports " in each.message}
    expected = {"leap_data_management_utils", "pandas"} if severity else set()
    if severity is None and requirements and "-r" not in requirements:
        expected = {"pandas"}
    assert found.keys() == expected
    if severity is not None:
        finding = found["leap_data_management_utils"]
        assert finding.severity is severity
        assert report.where[finding][:2] == ("feedstock/recipe.py", 5)
        assert report.where[found["pandas"]][:2] == ("feedstock/helper.py", 1)
    # A run here has none of it, whatever the feedstock asks for.
    assert {each.value for each in report.of_running if " imports " in each.message} == {
        "leap_data_management_utils",
        "pandas",
    }


def test_an_image_or_an_environment_may_bring_what_is_imported(tmp_path: Path) -> None:
    (lacking,) = check(made(tmp_path / "a", recipe_py="import cartopy\nrecipe = 1\n"))
    (brought,) = check(made(tmp_path / "b", recipe_py="import cartopy\nrecipe = 1\n", environment_yml="name: x\n"))
    assert "imports cartopy" in letter(lacking)
    assert "imports cartopy" not in letter(brought)
    assert "imports cartopy" in of_running([brought])


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import a.b, c as d", {"a.b": 1, "c": 1}),
        ("from a.b import c\nimport a.b", {"a.b": 1}),
        ("from . import a\nfrom .b import c", {}),
        ("def f():\n    import a", {"a": 2}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {}),
        ("try:\n    x = 1\nfinally:\n    import c", {"c": 4}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b": 4}),
        ("import typing\nif typing.TYPE_CHECKING:\n    import a", {"typing": 1}),
    ],
)
def test_imports_that_must_succeed_are_found(code: str, modules: dict[str, int]) -> None:
    assert imported(code.encode(), what="recipe.py") == modules


def test_what_packages_provide_goes_by_their_modules_or_their_names() -> None:
    here = Provided(frozenset({"pyyaml", "google-cloud-storage", "xarray"}), frozenset({"PIL"}))
    names = ("yaml", "google.cloud.storage", "google.auth", "PIL.Image", "xarray.core", "dateutil", "ruamel.yaml")
    modules = dict.fromkeys(names, 1)
    assert unprovided(modules, set(), here, {"python-dateutil"}) == {"ruamel.yaml": 1}
    assert unprovided(modules, {"ruamel"}, here, set()) == {"dateutil": 1}
    assert unprovided({"datatree": 1}, set(), here, {"xarray-datatree"}) == {}
    assert unprovided({"earthaccess": 1}, set(), here, {"earthaccess-helpers"}) == {}


def test_an_environment_that_was_made_tells_its_modules() -> None:
    made_here = Path(sys.executable).parents[1]
    here = provided_by({"Zarr": "3.1.3"}, made_here)
    assert {"yaml", "typer", "pytest"} <= here.modules
    assert here.packages == {"zarr"}
    assert provided_by({}, None) == Provided()
    assert provided_by({}, made_here / "absent") == Provided()


# --- places ---------------------------------------------------------------------------------------------------


def test_findings_of_a_commit_lead_to_its_lines(tmp_path: Path) -> None:
    folder = made(tmp_path / "feed", catalog_yaml=f"meta_yaml_url: {OTHER}\n")
    assert {where.link for where in check(folder)[0].where.values()} == {""}
    git = ["git", "-C", str(folder), "-c", "user.name=Lab", "-c", "user.email=lab@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run([*git, "remote", "add", "origin", "git@github.com:Lab/feed.git"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    (report,) = check(folder)
    link = f"https://github.com/Lab/feed/blob/{commit}/feedstock/catalog.yaml#L1"
    assert f"[feedstock/catalog.yaml, line 1]({link})" in letter(report)
    assert f"[{commit[:7]}](https://github.com/Lab/feed/commit/{commit})" in letter(report)
    (folder / "feedstock" / "recipe.py").write_text("recipe = 1\n")
    (changed,) = check(folder)
    assert changed.commit == ""
    assert "https://github.com/Lab/feed/blob/" not in letter(changed).replace("/blob/main/", "")


@pytest.mark.parametrize(
    ("said", "commit"),
    [
        ('{"repo": "lab/feed", "commit": "' + "a" * 40 + '"}', "a" * 40),
        ('{"repo": "lab/other", "commit": "' + "a" * 40 + '"}', ""),
        ('{"repo": "lab/feed", "commit": "main"}', ""),
        ('{"repo": 1, "commit": 2}', ""),
        ("[" * 100_000, ""),
        ("[]", ""),
    ],
)
def test_a_copy_may_say_its_commit(said: str, commit: str, tmp_path: Path) -> None:
    folder = made(tmp_path / "Lab__feed")
    (folder / "_snapshot.json").write_text(said)
    (report,) = check(folder)
    assert report.commit == commit


STEPS = st.lists(st.one_of(st.integers(0, 999), st.text(min_size=1, max_size=20)), max_size=5).map(tuple)


@given(STEPS, st.integers(1, 10**6))
def test_a_pointer_gives_its_key_and_its_line_back(path: tuple[str | int, ...], line: int) -> None:
    reading = Reading({}, File("https://example.org/meta.yaml", {(): line}))
    key = dotted(path)
    assert split(reading.place(path).pointer) == (key.lstrip() if key.strip() else key.strip(), line)


@given(st.text(max_size=100))
def test_any_pointer_is_split(text: str) -> None:
    key, line = split(text)
    assert key == text if line is None else text.endswith(")")


@pytest.mark.parametrize("text", ["", "- a list", "title: [", "\x00"], ids=["empty", "list", "broken", "nul"])
def test_a_description_that_cannot_be_read_fails_and_the_next_is_checked(text: str, tmp_path: Path) -> None:
    made(tmp_path / "a", meta_yaml=text)
    made(tmp_path / "b")
    first, second = check(tmp_path)
    assert first.failure
    assert not first.passes
    assert second.passes
    assert "could not be checked" in letter(first)


def test_a_checkout_knows_its_repository_and_its_commit(tmp_path: Path) -> None:
    folder = made(tmp_path / "feed")
    git = ["git", "-C", str(folder), "-c", "user.name=Lab", "-c", "user.email=lab@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run([*git, "remote", "add", "origin", "git@github.com:Other/feed.git"], check=True)
    found = read_checkout(folder)
    assert found.repository.key == "other/feed"
    assert found.commit is not None
    assert found.commit.clean
    assert found.commit_url == f"https://github.com/Other/feed/commit/{found.commit.name}"
    (folder / "feedstock" / "recipe.py").write_text("changed = 1\n")
    changed = read_checkout(folder, "lab/named")
    assert changed.repository.key == "lab/named"
    assert changed.commit is not None
    assert not changed.commit.clean
    assert not changed.commit_url
    assert changed.digest != found.digest


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoFeedstock, match=r"neither feedstock/meta\.yaml nor meta\.yaml"):
        read_checkout(tmp_path)
    (tmp_path / "meta.yaml").write_text("title: A\n")
    with pytest.raises(NoFeedstock, match="--as OWNER/NAME"):
        read_checkout(tmp_path)


@given(st.text(max_size=200))
def test_any_requirements_are_findings_or_fine(text: str) -> None:
    asked = read_requirements(text)
    for finding in (*check_requirements(asked, None), *compare_requirements(asked, None, INSTALLED)):
        assert finding.hint
        assert finding.pointer.startswith("requirements.txt (line ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("xarray==2026.7.0  # a note", None),
        ("xarray==2026.7.0 \\\n    --hash=sha256:00", None),
        ("x @ git+https://github.com/x/y@0123abc", None),
        ("git+https://github.com/x/y@v0.1.2#egg=y", None),
        ("git+https://github.com/x/y@jb/hack", "is whatever the branch jb/hack holds today"),
        ("git+https://github.com/x/y", "is whatever that address holds today"),
        ("apache-beam[gcp]", "apache-beam[gcp] has no version"),
        ("gcsfs==1\ngcsfs", "gcsfs is asked for in line 1, too"),
        ("x y z", "is no requirement"),
        ("-e .", None),
    ],
)
def test_what_a_requirement_leaves_open_is_told(line: str, message: str | None) -> None:
    found = list(check_requirements(read_requirements(line), None))
    assert len(found) == (0 if message is None else 1)
    assert message is None or message in found[0].message


def test_the_checks_of_a_new_feedstock_install_what_made_it(tmp_path: Path) -> None:
    workflow = yaml.safe_load((made(tmp_path) / ".github" / "workflows" / "check.yaml").read_text())
    job = workflow["jobs"]["check"]
    assert re.fullmatch(r"\$\{\{ vars\.LEAP_KG \|\| '(git\+https://[^']+)?' \}\}", job["env"]["LEAP_KG"])
    install = next(step["run"] for step in job["steps"] if "pip" in step.get("run", ""))
    script = install.replace("pip install", "printf %s")
    run = subprocess.run(["bash", "-c", script], env={"LEAP_KG": "git+https://x"}, capture_output=True, text=True)
    assert run.stdout == "leap-kg @ git+https://x"
    unset = subprocess.run(["bash", "-c", script], env={"LEAP_KG": ""}, capture_output=True, text=True)
    assert unset.returncode != 0
    assert "set the variable LEAP_KG" in unset.stderr


# --- LEAP's own -----------------------------------------------------------------------------------------------

absent = pytest.mark.skipif(not REAL.is_dir(), reason="the feedstocks of LEAP are not beside the checkout")


@pytest.fixture(scope="module")
def real() -> dict[str, Report]:
    return {report.name: report for report in check(REAL)}


def files_of(name: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The catalog.yaml and the meta.yaml of a feedstock of LEAP, read by other code."""
    folder = REAL / name.replace("/", "__", 1) / "feedstock"
    catalog, meta = (folder / file for file in ("catalog.yaml", "meta.yaml"))
    said = yaml.safe_load(catalog.read_text()) if catalog.is_file() else {}
    return said, yaml.safe_load(meta.read_text()) if meta.is_file() else None


def of_kind(real: dict[str, Report], kind: str, severity: Severity = Severity.WARNING) -> Counter[str]:
    found = (
        name
        for name, report in real.items()
        for each in report.findings
        if (each.kind, each.severity) == (kind, severity)
    )
    return Counter(found)


def pointed(catalog: dict[str, Any]) -> str:
    return str(catalog.get("ncviewjs:meta_yaml_url") or catalog.get("meta_yaml_url") or "")


@absent
def test_each_feedstock_of_leap_is_checked(real: dict[str, Report]) -> None:
    assert len(real) == len([path for path in REAL.iterdir() if path.is_dir()])
    assert not [report.failure for report in real.values() if report.failure]
    assert {name for name, report in real.items() if not report.passes} == {
        "leap-stc/GODAS",
        "leap-stc/wavewatch3_feedstock",
    }


@absent
def test_each_finding_in_a_feedstock_of_leap_is_where_it_says(real: dict[str, Report]) -> None:
    seen = 0
    for name, report in real.items():
        for each in report.findings:
            where = report.where[each]
            repository, _, file = where.file.rpartition(": ")
            path = REAL / (repository or name).replace("/", "__", 1) / file
            snapshot = json.loads((path.parents[1] / "_snapshot.json").read_text())
            assert where.link.startswith(f"https://github.com/{snapshot['repo']}/blob/{snapshot['commit']}/{file}")
            if where.line is not None:
                assert where.link.endswith(f"#L{where.line}")
                rest = path.read_text().splitlines()[where.line - 1 :]
                # A text may be folded; then its first line is where it begins.
                assert not each.value or each.value.split()[0] in " ".join(rest[:3]), (name, each)
                seen += 1
    assert seen > 100


@absent
def test_descriptions_of_other_repositories_are_told_of_each_feedstock_of_leap(real: dict[str, Report]) -> None:
    """Whether there is a description beside the catalogue entry or not."""
    other = {
        name: files_of(name)[1] is not None
        for name in real
        if (url := pointed(files_of(name)[0])) and f"github.com/{name}/".lower() not in url.lower()
    }
    assert of_kind(real, "foreign-meta") == Counter(name for name, own in other.items() if own)
    assert of_kind(real, "foreign-meta", Severity.INFO) == Counter(name for name, own in other.items() if not own)
    assert {"leap-stc/demo_ersstV5_feedstock", "leap-stc/virtualizarr-example"} <= of_kind(real, "foreign-meta").keys()
    unpointed = Counter(name for name in real if files_of(name)[0] and not pointed(files_of(name)[0]))
    assert of_kind(real, "missing-meta-url") == unpointed == {"leap-stc/wavewatch3_feedstock": 1}


@absent
def test_stores_of_leap_that_are_deleted_or_alike_are_told(real: dict[str, Report]) -> None:
    scratch, alike = Counter[str](), Counter[str]()
    for name in real:
        stores = files_of(name)[0].get("stores") or []
        scratch[name] = sum(store["url"].startswith("gs://leap-scratch/") for store in stores)
        for key in ("id", "name", "url"):
            given = [store[key] for store in stores if store.get(key)]
            alike[name] += len(given) - len(set(given))
    assert of_kind(real, "temporary-store") == +scratch
    assert of_kind(real, "duplicate-id") == +alike == {"leap-stc/GODAS": 1}
    assert scratch.total() > 5


@absent
def test_texts_of_the_template_are_told_of_each_feedstock_of_leap(real: dict[str, Report]) -> None:
    template, described = files_of("leap-stc/LEAP_template_feedstock")
    assert described is not None
    provider = described["provenance"]["providers"][0]
    texts = [described["title"], described["description"].strip(), provider["name"], provider["description"]]
    texts += [described["provenance"]["license"], template["tags"][0], template["stores"][0]["name"]]
    for name, report in real.items():
        catalog, meta = files_of(name)
        if meta is None or name == "leap-stc/proto_feedstock":
            continue
        said = Counter(leaves([catalog, meta]))
        found = Counter(each.value for each in report.findings if each.kind == "placeholder")
        assert {text: found[text] for text in texts} == {text: said[text] for text in texts}, name
    (finding,) = (each for each in real["leap-stc/wavewatch3_feedstock"].findings if "pyramid" in each.message)
    assert finding.value == "gs://some-bucket/some-path"


def leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from leaves(below)
    elif isinstance(value, str):
        yield value.strip()


@absent
def test_letters_to_maintainers_of_leap_are_about_their_feedstocks_only(real: dict[str, Report]) -> None:
    for report in real.values():
        text = letter(report)
        assert not re.search(
            r"leap-kg|environment of|the record|no mapping|in this folder|\(line \d+\)`|^- *:", text
        ), text
        assert report.name in text
        for each in report.of_running:
            assert each not in report.findings
    assert "mended in `feedstock/catalog.yaml` and `feedstock/meta.yaml`" in letter(
        real["leap-stc/arco-era5_feedstock"]
    )
    assert "is whatever the branch" in letter(real["leap-stc/climsim_feedstock"])
    apart = of_running(list(real.values()))
    assert "pangeo-forge-recipes==0.10.7 is asked for" in apart
    assert "the meta.yaml of pangeo-forge/noaa-coastwatch-geopolar-sst-feedstock was not given" in apart
