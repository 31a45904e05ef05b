"""The account that a recipe's process leaves: what it writes is read back, and what it makes up is refused."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.recipes.account import Account, Input, Made, read_account
from leap_kg.ingest.recipes.engine.leap_recipe import account as engine
from leap_kg.ingest.recipes.engine.leap_recipe.inputs import Fetched
from leap_kg.ingest.recipes.process import JobFailed
from leap_kg.settings import DEFAULT_BASE

START, END = "2024-01-01T00:00:00.000+00:00", "2024-01-01T00:00:05.000+00:00"


def written(folder: Path, store: str = "a/b c.zarr") -> Path:
    (folder / "a" / "b c.zarr").mkdir(parents=True, exist_ok=True)
    inputs = [Fetched("https://data.example.org/a b.nc?x=1", "/x", 5, "0" * 64)]
    made = [engine.Made(store, "key", ("https://data.example.org/a b.nc?x=1",))]
    engine.write_account(folder / "account", made, inputs, ["s3://bucket/c.nc"], START, END)
    return folder / "account"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    found = read_account(written(tmp_path), tmp_path, DEFAULT_BASE)
    assert (found.ended - found.started).total_seconds() == 5
    assert found.stores == (Made("a/b c.zarr", "key", ("https://data.example.org/a b.nc?x=1",)),)
    assert found.inputs == (
        Input("https://data.example.org/a b.nc?x=1", 5, "0" * 64),
        Input("s3://bucket/c.nc", None, ""),
    )


@pytest.mark.parametrize("store", ["", ".", "..", "../elsewhere", "/etc", "missing.zarr"])
def test_a_store_that_is_not_staged_is_refused(store: str, tmp_path: Path) -> None:
    (tmp_path / "staging").mkdir()
    with pytest.raises(JobFailed, match="not put where it belongs"):
        read_account(written(tmp_path, store), tmp_path / "staging", DEFAULT_BASE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=25)
@given(st.sampled_from(["@context", "@graph"]), JSON)
def test_whatever_a_recipe_makes_up_is_an_account_or_a_clear_error(key: str, value: Any) -> None:
    document = {"@context": {"prov": "http://www.w3.org/ns/prov#"}, "@graph": [{"@id": "urn:leap-recipe:run"}]}
    with TemporaryDirectory() as folder:
        file = Path(folder, "account")
        file.write_text(json.dumps({**document, key: value}))
        with suppress(JobFailed):
            assert isinstance(read_account(file, file.parent, DEFAULT_BASE), Account)
