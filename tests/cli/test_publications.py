"""`leap-kg publications export` and `leap-kg report`: each format from a home with a past, and how they fail."""

import json
from pathlib import Path

import pytest

from leap_kg.outputs.formats import FORMATS
from tests.cli.conftest import Command, Run
from tests.web.outputs.published import published

MARKS = {
    "bibtex": "doi = {10.5555/article}",
    "ris": "DO  - 10.5555/article",
    "csl-json": '"DOI": "10.5555/article"',
    "csv": ",10.5555/article,",
    "json": '"doi": "10.5555/article"',
}


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory, command_at: Command) -> Run:
    """The command on a home whose second revision has more works than its first."""
    return command_at(published(tmp_path_factory.mktemp("works") / "home").path)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_publications_are_written_in_each_format(works: Run, form: str) -> None:
    printed = works("publications", "export", "--format", form, "--from", "2024", "--kind", "article")
    assert printed.returncode == 0, printed.stderr
    assert MARKS[form] in printed.stdout
    assert "10.5555/fallen" not in printed.stdout


def test_a_file_holds_what_would_be_printed(works: Run, tmp_path: Path) -> None:
    file = tmp_path / "works.bib"
    written = works("publications", "export", "-o", str(file))
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "4 works written as bibtex\n")
    assert file.read_text(encoding="utf-8") == works("publications", "export").stdout


def test_filters_and_moments(works: Run) -> None:
    def titles(*arguments: str) -> list[str]:
        answer = works("publications", "export", "--format", "json", *arguments)
        assert answer.returncode == 0, answer.stderr
        return [each["title"] for each in json.loads(answer.stdout)]

    assert titles("--at", "1") == ["Warm water?", "Warm water & rain"]
    assert titles("--access", "closed") == ["Cold water"]
    assert titles("--award", "https://e.org/grant") == titles("--award", "2019625")
    assert titles("--theme", "ice", "--person", "rei") == ["Cold water"]
    assert "Somebody else's" in titles("--others", "--to", "2024")


def test_the_report_counts_the_same_in_each_format(works: Run, tmp_path: Path) -> None:
    told = json.loads(works("report", "--from", "2023", "--to", "2024", "--format", "json").stdout)
    assert told["counts"] == {"article": 2, "software": 1}
    table = works("report", "--from", "2023", "--to", "2024", "--format", "csv").stdout
    assert len(table.splitlines()) == 1 + len(told["outputs"])
    file = tmp_path / "report.html"
    assert works("report", "--from", "2023", "--to", "2024", "-o", str(file)).returncode == 0
    assert "<title>LEAP knowledge graph: what was produced</title>" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("publications", "export", "--format", "docx"), "bibtex"),
        (("publications", "export", "--from", "soon"), "2024-05-17"),
        (("report", "--from", "2024", "--to", "2023"), "earlier day first"),
        (("report", "--format", "docx"), "html"),
    ],
    ids=["format", "date", "period", "report-format"],
)
def test_what_cannot_be_chosen_is_one_line_and_status_2(works: Run, arguments: tuple[str, ...], told: str) -> None:
    answer = works(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert told in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_file_that_cannot_be_written_is_told(works: Run, tmp_path: Path) -> None:
    answer = works("publications", "export", "-o", str(tmp_path))
    assert answer.returncode == 1
    assert "cannot be written" in answer.stderr
