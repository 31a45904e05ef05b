"""The variables of a dataset: those of its record and those of its stores, which call them otherwise, are one."""

from hypothesis import given
from hypothesis import strategies as st

from leap_kg.catalog.record import Measured
from leap_kg.catalog.variables import merged

MEANING = "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"
SST = Measured(
    "store#sst", "sst", units="K", meaning=MEANING, shape=(("time", 24), ("lat", 36)), data_type="float32",
    chunks=(("time", 1), ("lat", 36)), size=3456,
)  # fmt: skip
LAT = Measured("store#lat", "lat", shape=(("lat", 36),))


def test_a_variable_is_found_by_its_name_its_symbol_its_meaning_or_its_words() -> None:
    for stated in (
        Measured("own", "sst"),
        Measured("own", "Temperature of the sea", symbol="sst"),
        Measured("own", "Temperature of the sea", meaning=MEANING.removesuffix("/")),
        Measured("own", "Sea surface temperature"),
        Measured("own", "sea_surface_temperature"),
    ):
        one, other = merged([stated], [SST, LAT])
        assert (one.iri, one.name) == ("own", stated.name)
        assert one.symbol == ("" if stated.name == "sst" else "sst")
        assert (one.units, one.shape, one.chunks, one.size, one.data_type) == (
            "K",
            SST.shape,
            SST.chunks,
            3456,
            "float32",
        )
        assert one.meaning.startswith(MEANING.removesuffix("/"))
        assert other == LAT


def test_what_the_record_says_comes_first_and_what_has_no_array_stays() -> None:
    stated = Measured("own", "sst", description="Of the sea", units="degree_Celsius")
    one, two = merged([stated, Measured("own2", "salinity")], [SST])
    assert (one.description, one.units, one.size) == ("Of the sea", "degree_Celsius", 3456)
    assert two == Measured("own2", "salinity")


def test_two_arrays_of_one_meaning_are_not_guessed_between() -> None:
    anomaly = Measured("store#a", "sst_min", meaning=MEANING, shape=(("time", 24),))
    found = merged([Measured("own", "sea surface temperature")], [SST, anomaly])
    assert [each.name for each in found] == ["sea surface temperature", "sst", "sst_min"]
    assert found[0].shape == ()


def test_stores_that_differ_are_told_apart_and_only_what_they_agree_on_is_said_of_both() -> None:
    later = Measured("other#sst", "sst", shape=(("time", 12), ("lat", 36)), data_type="float32", size=1728)
    (one,) = merged([], [SST, SST, later])
    assert one.shape == (("time", 0), ("lat", 36))
    assert (one.chunks, one.size, one.data_type, one.units) == ((), -1, "float32", "K")
    assert one.held == (SST, later)
    of_months = Measured("other#sst", "sst", shape=(("month", 12), ("lat", 36)))
    assert merged([], [SST, of_months])[0].shape == ()


@given(st.lists(st.sampled_from("abcd")), st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3))))
def test_every_name_is_there_once_the_own_ones_in_order(own: list[str], held: list[tuple[str, int]]) -> None:
    names = list(dict.fromkeys(own))
    found = merged([Measured(f"own#{name}", name) for name in names], [Measured(n, n, size=size) for n, size in held])
    assert [each.name for each in found] == [*names, *sorted({name for name, _ in held} - set(names))]
