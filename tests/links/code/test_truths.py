"""Conditions that the code itself decides: only the arm that a call comes to reads what the call passes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_repository, texts
from leap_kg.links.code.values import UNKNOWN_VALUE, one, only
from leap_kg.links.signal import UNKNOWN
from tests.links.code.reading import IMPORTS, found

LIB = """
def load(path, more=None):
    if {test}:
        return xr.open_zarr(path + '.zarr')
    else:
        return xr.open_dataset(path + '.nc')
"""
TOLD = {
    "'gs://' in path": True,
    "'s3://' not in path": True,
    "path.startswith('gs://')": True,
    "path.startswith(('s3://', 'gs://'))": True,
    "path.endswith('/b')": False,
    "not path.startswith('gs://')": False,
    "isinstance(path, str)": True,
    "isinstance(path, dict)": False,
    "path.startswith('gs://') and 'lake' in path": True,
    "'s3://' in path or unknown() or 'gs' in path": True,
    "'s3://' in path and unknown()": False,
}


def _sure(code: str) -> dict[str, float]:
    """The addresses that the module is found to read by code of another file, with their confidence."""
    files = {"lib.py": (IMPORTS + code).encode(), "run.py": b"import lib\nlib.load('gs://lake/a')\n"}
    return {each.target: each.confidence for each in dict(read_repository(files))["run.py"].signals}


@pytest.mark.parametrize("test", TOLD)
def test_an_arm_that_is_not_taken_reads_nothing_of_what_is_passed(test: str) -> None:
    ending = "zarr" if TOLD[test] else "nc"
    assert found(LIB.format(test=test) + "load('gs://lake/a')\n") == [("D1", f"gs://lake/a.{ending}")]
    sure = {address for address, confidence in _sure(LIB.format(test=test)).items() if confidence > 0.8}
    assert sure == {f"gs://lake/a.{ending}"}


@pytest.mark.parametrize("test", ["unknown()", "'x' in unknown()", "path.startswith(unknown())", "more == 'x'"])
def test_both_arms_count_where_nobody_can_tell(test: str) -> None:
    code = LIB.format(test=test).replace("more=None", "more=unknown()") + "load('gs://lake/a')\n"
    assert {address for _, address in found(code)} == {"gs://lake/a.zarr", "gs://lake/a.nc"}


def test_what_an_arm_reads_by_itself_stays_what_the_code_says() -> None:
    code = "def load(kind):\n    if kind == 'a':\n        return xr.open_zarr('gs://lake/a.zarr')\n"
    code += "    return xr.open_zarr('gs://lake/b.zarr')\nload('b')\n"
    assert {address for _, address in found(code)} == {"gs://lake/a.zarr", "gs://lake/b.zarr"}


def test_all_turns_of_a_loop_may_come_to_one_arm() -> None:
    code = LIB.format(test="'gs://' in path") + "for name in ['a', 'b']:\n    load(f'gs://lake/{name}')\n"
    assert {address for _, address in found(code)} == {"gs://lake/a.zarr", "gs://lake/b.zarr"}
    mixed = LIB.format(test="path.endswith('a')") + "for name in ['a', 'b']:\n    load(f'gs://lake/{name}')\n"
    assert {"gs://lake/a.zarr", "gs://lake/b.nc"} <= {address for _, address in found(mixed)}


PIECES = st.lists(st.sampled_from(["gs://", "a", ".nc", "/", UNKNOWN]), max_size=6).map("".join)
FILLINGS = st.sampled_from(["", "a", "gs://", "/b.nc"])


@settings(max_examples=200, deadline=None)
@given(
    PIECES, st.sampled_from(["gs://", "a", ".nc", "", "gs://a"]), FILLINGS, st.sampled_from(["startswith", "endswith"])
)
def test_what_is_told_of_a_text_holds_whatever_fills_it(text: str, affix: str, filling: str, name: str) -> None:
    value = only(texts.method(text, name, [one(affix)], {}))
    if value is not UNKNOWN_VALUE:
        assert value is getattr(text.replace(UNKNOWN, filling), name)(affix)
