"""A page has code that opens a store, or says why it has none, by what harvesting found there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.web.nodes.opening import doubt, why_not
from leap_kg.web.nodes.snippets import Address, snippet

ZARR, NETCDF = Address("gs://bucket/a.zarr"), Address("https://data.lab.org/a.nc")


@pytest.mark.parametrize(
    ("address", "form", "status", "said"),
    [
        (ZARR, "zarr", "", ""),
        (ZARR, "zarr", "answers", ""),
        (ZARR, "", "", ""),
        (ZARR, "zarr", "refused", ""),
        (ZARR, "zarr", "unreachable", ""),
        (ZARR, "zarr", "missing", "Nothing is at its address, as it was on 2026-02-03"),
        (ZARR, "zarr", "broken", "cannot be read as a store"),
        (ZARR, "zarr", "empty", "describes no array"),
        (NETCDF, "netcdf", "broken", ""),
        (NETCDF, "netcdf", "missing", "Nothing is at its address"),
        (Address("https://data.lab.org/a.tif"), "", "", "Neither its record nor its address"),
        (Address("https://data.lab.org/a.nc"), "", "", ""),
        (Address("az://container/a.zarr"), "zarr", "", "addresses of az"),
        (Address("https://data.example.org/a.zarr"), "zarr", "", "reserved for examples"),
        (Address("https://example.com:8080/a.zarr"), "zarr", "", "reserved for examples"),
        (Address("https://myexample.com/a.zarr"), "zarr", "", ""),
        (Address("gs://example.org/a.zarr"), "zarr", "", ""),
    ],
)
def test_there_is_code_or_a_reason(address: Address, form: str, status: str, said: str) -> None:
    reason = why_not(address, form, status, "2026-02-03")
    assert (said in reason) if said else reason == ""


@pytest.mark.parametrize("status", ["refused", "unreachable"])
def test_a_doubt_is_told_beside_the_code(status: str) -> None:
    assert doubt(status)
    assert not doubt("answers")


def test_what_harvesting_found_counts_for_more_than_a_name() -> None:
    named, seen = (
        snippet(NETCDF, "zarr", '{"engine": "zarr"}'),
        snippet(NETCDF, "zarr", '{"engine": "zarr"}', seen=True),
    )
    assert named is not None
    assert seen is not None
    assert 'engine="h5netcdf"' in named.code
    assert any("engine that reads no NetCDF" in note for note in named.notes)
    assert 'engine="zarr"' in seen.code
    assert not seen.notes


@settings(max_examples=50)
@given(
    st.text(max_size=40),
    st.sampled_from(("", "zarr", "netcdf", "x")),
    st.sampled_from(("", "answers", "odd", "missing")),
)
def test_any_address_has_a_reason_or_none(uri: str, form: str, status: str) -> None:
    assert isinstance(why_not(Address(uri), form, status, ""), str)
