"""Tests that pytest runs: the values that they are tried with, and what fixtures give."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_python
from tests.links.code.reading import IMPORTS, found, found_among

A, B = "https://host.org/a.nc", "https://host.org/b.nc"
BOTH = [("D1", A), ("D1", B)]
PYTEST = "import pytest\n"
OPEN = "    xr.open_dataset(url)\n"

TRIED = {
    "one": f"@pytest.mark.parametrize('url', ['{A}', '{B}'])\ndef test(url):\n",
    "several": f"@pytest.mark.parametrize('n, url', [(1, '{A}'), (2, '{B}')])\ndef test(n, url):\n",
    "listed": f"@pytest.mark.parametrize(['url', 'n'], [('{A}', 1), ('{B}', 2)])\ndef test(url, n):\n",
    "marked": f"@pytest.mark.parametrize('url', [pytest.param('{A}', id='a'), pytest.param('{B}')])\ndef test(url):\n",
    "rows": f"@pytest.mark.parametrize('url,n', [pytest.param('{A}', 1), ('{B}', 2)], ids=['a', 'b'])\n"
    "def test(url, n):\n",
    "named": f"@pytest.mark.parametrize(argnames='url', argvalues=['{A}', '{B}'])\ndef test(url):\n",
    "method": f"class TestAll:\n  @pytest.mark.parametrize('url', ['{A}', '{B}'])\n  def test(self, url):\n",
    "fixture": f"@pytest.fixture(params=['{A}', '{B}'])\ndef url(request):\n    return request.param\ndef test(url):\n",
}


@pytest.mark.parametrize("head", TRIED.values(), ids=TRIED.keys())
def test_what_a_test_is_tried_with(head: str) -> None:
    assert found(PYTEST + head + OPEN) == BOTH


def test_what_is_tried_together_stays_together() -> None:
    code = "@pytest.mark.parametrize('root, name', [('s3://lake', 'a'), ('s3://pond', 'b')])\n"
    code += "def test(root, name):\n    xr.open_zarr(f'{root}/{name}.zarr')\n"
    assert found(PYTEST + code) == [("D1", "s3://lake/a.zarr"), ("D1", "s3://pond/b.zarr")]


def test_what_fixtures_make_of_values_is_not_the_values() -> None:
    code = f"@pytest.mark.parametrize('url', ['{A}'], indirect=True)\ndef test(url):\n{OPEN}"
    assert found(PYTEST + code) == [("D4", A)]


FIXTURES = {
    "returned": f"@pytest.fixture\ndef url():\n    return '{A}'\n",
    "yielded": f"@pytest.fixture(scope='module')\ndef url():\n    yield '{A}'\n",
    "of another": "@pytest.fixture\ndef name():\n    return 'a'\n@pytest.fixture\ndef url(name):\n"
    "    return f'https://host.org/{name}.nc'\n",
}


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES.keys())
def test_what_fixtures_give(fixture: str) -> None:
    signals = read_python(f"{IMPORTS}{PYTEST}{fixture}def test(url):\n{OPEN}", "a.py").signals
    assert [(each.target, each.confidence) for each in signals] == [(A, 0.97)]


@pytest.mark.parametrize("place", ["conftest.py", "tests/conftest.py"])
def test_fixtures_above_the_test(place: str) -> None:
    files = {place: PYTEST + FIXTURES["returned"], "tests/deep/test_a.py": f"{IMPORTS}def test(url):\n{OPEN}"}
    assert found_among(files)["tests/deep/test_a.py"] == BOTH[:1]


def test_what_a_fixture_reads_is_said_where_it_stands() -> None:
    fixture = f"{IMPORTS}{PYTEST}@pytest.fixture\ndef data():\n    return xr.open_dataset('{A}')\n"
    files = {"conftest.py": fixture, "test_a.py": f"{IMPORTS}def test(data):\n    data.to_netcdf('s3://lake/a.nc')\n"}
    assert found_among(files) == {"conftest.py": BOTH[:1], "test_a.py": [("D2", "s3://lake/a.nc")]}


def test_only_pytest_gives_by_names() -> None:
    code = f"{FIXTURES['returned']}def load(url):\n{OPEN}"
    assert ("D1", A) not in [
        (s.method, s.target) for s in read_python((IMPORTS + code).encode(), "a.py").signals if s.confidence > 0.5
    ]


def test_fixtures_that_ask_for_one_another_end() -> None:
    code = "@pytest.fixture\ndef a(b):\n    return b\n@pytest.fixture\ndef b(a):\n    return a\n"
    assert found(f"{PYTEST}{code}def test(a):\n    xr.open_dataset(a)\n") == []


@given(st.text(max_size=20), st.lists(st.text(max_size=8), max_size=3))
@settings(max_examples=50)
def test_names_and_values_of_any_kind(names: str, values: list[str]) -> None:
    code = f"{PYTEST}@pytest.mark.parametrize({names!r}, {values!r})\ndef test(url):\n{OPEN}"
    assert read_python(IMPORTS + code, "a.py").findings == ()
