"""`leap-kg requests`: the list in all its forms, and the issue form that it prints."""

import csv
import io
import json

import pytest
import yaml

from tests.cli.conftest import Command, Run
from tests.web.requests.world import asked_of


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, command_at: Command) -> Run:
    """The command on a home with four requests."""
    return command_at(asked_of(tmp_path_factory.mktemp("requests") / "home").path)


@pytest.mark.all
def test_requests_are_listed(asked: Run) -> None:
    found = json.loads(asked("requests", "--format", "json").stdout)
    assert found[0]["title"] == "Sea surface of Alpha"
    assert {row["status"] for row in found} == {"published", "asked", "declined"}


@pytest.mark.all
def test_lists_are_narrowed_and_written_as_tables_and_csv(asked: Run) -> None:
    table = asked("requests")
    assert table.returncode == 0, table.stderr
    assert "5 requests" in table.stdout
    assert "An old wish" in table.stdout
    (row,) = csv.DictReader(io.StringIO(asked("requests", "--status", "declined", "--format", "csv").stdout))
    assert (row["title"], row["because"][:9]) == ("An old wish", "Those who")
    (row,) = json.loads(asked("requests", "--words", "ALPHA", "--format", "json").stdout)
    assert row["answer"].endswith("dataset/leap-test/alpha")
    assert "Nobody asked for that." in asked("requests", "--status", "failed").stdout


@pytest.mark.all
@pytest.mark.parametrize(
    ("option", "value", "told"), [("--status", "done", "use asked"), ("--format", "xml", "are table")]
)
def test_what_there_is_not_is_told(asked: Run, option: str, value: str, told: str) -> None:
    done = asked("requests", option, value)
    assert done.returncode == 2
    assert told in done.stderr


def test_the_issue_form_is_one_that_github_takes(asked: Run) -> None:
    form = yaml.safe_load(asked("requests", "form").stdout)
    assert {"name", "description", "body"} <= set(form)
    fields = [each for each in form["body"] if each["type"] != "markdown"]
    assert len({each["id"] for each in fields}) == len({each["attributes"]["label"] for each in fields}) == len(fields)
    assert all(each["attributes"]["options"] for each in fields if each["type"] == "dropdown")
