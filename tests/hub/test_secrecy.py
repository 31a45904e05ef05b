"""Passwords, keys and tokens in what is declared: refused with their place, published nowhere, and never repeated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import declare
from leap_kg.hub.declared.release import ReleasesFaulty, read_releases, releases_of
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.hub.test_operating import run
from tests.hub.test_parts import COMMIT, folder
from tests.hub.test_release import file, release

MARK = "hunter2secret"
CHART = {"name": "jupyterhub", "version": "4.3.3"}
Change = Callable[[Path, dict[str, Any]], None]


def in_chart(_: Path, value: dict[str, Any]) -> None:
    value["releases"] = [release(chart={**CHART, "repository": f"https://bob:{MARK}@charts.example.org/"})]


def in_recipe(_: Path, value: dict[str, Any]) -> None:
    value["recipes"][0]["set"] = {"password": MARK}


def in_address_of_recipe(_: Path, value: dict[str, Any]) -> None:
    value["recipes"][0]["set"] = {"STORE": f"s3://key:{MARK}@store.example.org/a"}


def in_name_of_secret(_: Path, value: dict[str, Any]) -> None:
    value["recipes"][0]["secret"] = f"{MARK}!"


def in_mapping_where_a_name_is_due(_: Path, value: dict[str, Any]) -> None:
    value["recipes"][0]["secret"] = {"password": MARK}


def in_number_of_set(_: Path, value: dict[str, Any]) -> None:
    value["recipes"][0]["set"] = {"password": 4711000815}


def in_requirements(path: Path, _: dict[str, Any]) -> None:
    text = f"numpy==2.1\n--extra-index-url https://__token__:{MARK}@pip.example.org/simple\n"
    (path / "ocean" / "requirements.txt").write_text(text)


def in_variables_of_conda(path: Path, _: dict[str, Any]) -> None:
    text = f"dependencies: [python]\nvariables:\n  API_TOKEN: {MARK}\n"
    (path / "ocean" / "environment.yml").write_text(text)


def in_channel_of_conda(path: Path, _: dict[str, Any]) -> None:
    text = "channels: [https://conda.example.org/t/tk-0123456789abcdef01234567/lab]\ndependencies: [python]\n"
    (path / "ocean" / "environment.yml").write_text(text)


def in_sources(path: Path, _: dict[str, Any]) -> None:
    text = (path / "sources.yaml").read_text()
    (path / "sources.yaml").write_text(text.replace("https://cf", f"https://bob:{MARK}@cf", 1))


def in_server(_: Path, value: dict[str, Any]) -> None:
    value["harvests"][0]["to"] = f"https://kg.example.org/?token={MARK}"


@pytest.mark.parametrize(
    ("change", "place", "mend"),
    [
        (in_chart, r"releases.yaml: releases.0.chart.repository (line ", "`login` of the chart"),
        (in_recipe, r"releases.yaml: recipes.0.set.password (line ", "`grants`"),
        (in_address_of_recipe, r"releases.yaml: recipes.0.set.STORE (line ", "`grants`"),
        (in_name_of_secret, r"releases.yaml: recipes.0.secret (line ", "the name that it has on the cluster"),
        (in_mapping_where_a_name_is_due, r"releases.yaml: recipes.0.secret (line ", "a mapping is not"),
        (in_number_of_set, r"releases.yaml: recipes.0.set.password (line ", "in quotes"),
        (in_requirements, r"ocean/requirements.txt, line 2: ", "needs no login"),
        (in_variables_of_conda, r"ocean/environment.yml, line 3: ", "needs no login"),
        (in_channel_of_conda, r"ocean/environment.yml, line 1: ", "needs no login"),
        (in_sources, r"sources.yaml, line ", "LEAP_KG_FETCH_TOKENS"),
        (in_server, r"releases.yaml: harvests.0.to (line ", "LEAP_KG_TOKEN"),
    ],
)
def test_it_is_refused_where_it_stands_and_is_not_repeated(
    tmp_path: Path, change: Change, place: str, mend: str
) -> None:
    path = folder(tmp_path)
    value = yaml.safe_load(path.read_text())
    change(tmp_path, value)
    path.write_text(yaml.safe_dump(value))
    with pytest.raises(ReleasesFaulty) as caught:
        read_releases(path)
    told = str(caught.value)
    assert place in told
    assert mend in told
    assert not [each for each in (MARK, "4711000815", "tk-0123") if each in told]


def test_the_command_says_so_and_publishes_nothing(tmp_path: Path) -> None:
    wrong = file(tmp_path, release(chart={**CHART, "repository": f"https://bob:{MARK}@charts.example.org/"}))
    status, told = run(tmp_path / "home", "declare", str(wrong))
    assert (status, MARK in told, "1 problem above" in told) == (1, False, True)
    with Writer(Home(tmp_path / "home"), BASE) as writer:
        assert writer.revision == 0


def test_what_is_handed_over_without_a_file_is_refused_too(tmp_path: Path) -> None:
    value = {"cluster": "lab", "releases": [release(chart={**CHART, "repository": f"https://a:{MARK}@b.example.org/"})]}
    with Writer(Home(tmp_path), BASE) as writer:
        with pytest.raises(ReleasesFaulty, match=r"releases\.0\.chart\.repository"):
            declare(writer, value, BASE)
        assert writer.revision == 0


def test_names_of_secrets_and_what_stands_for_one_go_through(tmp_path: Path) -> None:
    recipe = {
        "name": "warm", "namespace": "ingest", "feedstock": "a/b", "commit": COMMIT, "recipe": "warm", "image": "a:1",
        "secret": "warm-passwords", "grants": ["API_TOKEN"], "set": {"TOKEN": "${API_TOKEN}", "access_token": "anon"},
    }  # fmt: skip
    more = {"login": "charts-login", "repository": "https://charts.example.org/"}
    path = file(tmp_path, release(chart={**CHART, **more}, secrets=[{"name": "token"}]), recipes=[recipe])
    ((made,), (job,)) = (read_releases(path)[0].releases, read_releases(path)[0].recipes)
    assert (made.chart.login, job.secret) == ("charts-login", "warm-passwords")


@settings(max_examples=50, deadline=None)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="@/?#\\\"'<>`$%{}[]()"), min_size=12)
)
def test_no_password_of_an_address_is_repeated(password: str) -> None:
    value = {
        "cluster": "lab",
        "releases": [release(chart={**CHART, "repository": f"https://a:{password}@b.example.org/"})],
    }
    with pytest.raises(ReleasesFaulty) as caught:
        releases_of(value)
    assert password not in str(caught.value)
