"""Which stores visitors may have opened: those below the operator's places, however their addresses are written."""

import pytest

from leap_kg.ontology.identifiers import Location, storage
from leap_kg.settings import Settings
from leap_kg.web.data.places import readable

PLACES = ("https://storage.googleapis.com/leap-public/", "file:///data/stores/")


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("gs://leap-public/sst.zarr", "https://storage.googleapis.com/leap-public/sst.zarr"),
        ("gs://leap-public-not/sst.zarr", ""),
        ("gs://leap-private/sst.zarr", ""),
        ("file:///data/stores/sst.zarr", "file:///data/stores/sst.zarr"),
        ("file:///data/stores/%2e%2e/secret.zarr", ""),
        ("file:///data/stores/../secret.zarr", ""),
        ("https://storage.googleapis.com.evil.example/leap-public/x.zarr", ""),
        ("http://169.254.169.254/latest/meta-data", ""),
    ],
)
def test_only_what_lies_below_a_place_may_be_opened(address: str, root: str) -> None:
    location = storage.parse(address)
    if isinstance(location, Location):
        assert readable(location, PLACES) == root
        assert readable(location, ()) == ""
    else:
        assert root == ""


def test_places_end_in_a_slash_and_say_so() -> None:
    found = Settings.from_environment({"LEAP_KG_DATA_PLACES": " ".join(PLACES)})
    assert found.data_places == PLACES
    for wrong in ("https://host", "gs://bucket/", "file:///data", "https://host/a/../b/", "ftp://host/"):
        with pytest.raises(ValueError, match="LEAP_KG_DATA_PLACES must be addresses that end in a slash"):
            Settings.from_environment({"LEAP_KG_DATA_PLACES": wrong})
