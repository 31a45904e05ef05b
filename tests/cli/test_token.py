"""`leap-kg token`: the token is printed once, and everything else can be seen again."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Tokens
from tests.cli.conftest import Run


def test_a_token_is_made_listed_and_revoked(leap_kg: Run, home: Path) -> None:
    made = leap_kg("token", "create", "nightly harvest", "--scope", "publish:one", "--scope", "curate", "--days", "30")
    assert made.returncode == 0, made.stderr
    text = made.stdout.strip()
    known = Tokens(Home(home)).check(text)
    assert known is not None
    assert timedelta(days=29) < known.expires - datetime.now(UTC) < timedelta(days=31)
    listed = leap_kg("token", "list")
    for shown in ("nightly", "publish:one", "valid", known.id):
        assert shown in listed.stdout
    assert text.rpartition("_")[2] not in listed.stdout + listed.stderr
    assert leap_kg("token", "revoke", known.id).returncode == 0
    assert Tokens(Home(home)).check(text) is None
    again = leap_kg("token", "revoke", known.id)
    assert again.returncode == 3
    assert "token list" in again.stderr
    (entry,) = json.loads(leap_kg("token", "list", "--json").stdout)
    assert (entry["state"], entry["scopes"], entry["id"]) == ("revoked", ["curate", "publish:one"], known.id)
    assert "token" not in entry


def test_a_token_as_json_has_its_text_once(leap_kg: Run) -> None:
    made = json.loads(leap_kg("token", "create", "x", "--scope", "admin", "--json").stdout)
    assert made["token"].startswith(f"leapkg_{made['id']}_")
    assert made["state"] == "valid"


def test_what_cannot_be_made_is_a_clear_error(leap_kg: Run) -> None:
    wrong = leap_kg("token", "create", "x", "--scope", "everything")
    assert wrong.returncode == 1
    assert "use publish:SOURCE" in wrong.stderr
    assert leap_kg("token", "create", "x").returncode == 2
    assert leap_kg("token", "create", "x", "--scope", "admin", "--days", "0").returncode == 2
    assert leap_kg("token", "list").returncode == 0


def test_a_token_of_a_home_that_is_empty_says_which_servers_take_it(leap_kg: Run, tmp_path: Path) -> None:
    new = leap_kg("token", "create", "x", "--scope", "admin", LEAP_KG_HOME=str(tmp_path / "new"))
    assert new.returncode == 0
    assert f"nothing is published in {tmp_path / 'new'}" in new.stderr
    assert new.stdout.startswith("leapkg_")
