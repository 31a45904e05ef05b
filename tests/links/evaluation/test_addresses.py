"""When two addresses are one place."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leap_kg.links.evaluation.addresses import canonical, fit, paper

ADDRESSES = st.builds(
    "{}bucket/{}".format,
    st.sampled_from(["gs://", "s3://", "https://e.org/", "https://nyu1.osn.mghpcc.org/", ""]),
    st.text("ab/{}*#. ", max_size=8),
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("gs://lab/k.zarr", "https://storage.googleapis.com/lab/k.zarr/", True),
        ("s3://lab/k.zarr", "https://nyu1.osn.mghpcc.org/lab/k.zarr", True),
        ("s3://lab/k.zarr", "https://js2.jetstream-cloud.org:8001/lab/k.zarr", True),
        ("s3://lab/k.zarr", "gs://lab/k.zarr", False),
        ("gs://lab/{*}/k.zarr", "gs://lab/2020/k.zarr", True),
        ("gs://lab/{*}/k.zarr", "gs://lab/2020/l.zarr", False),
        ("gs://lab/{*}", "gs://lab/{*}/k.zarr", True),
        ("https://e.org/cat.yaml#a.b", "https://e.org/cat.yaml#a.b", True),
        ("https://e.org/cat.yaml#a.b", "https://e.org/cat.yaml", False),
        ("https://e.org/cat.yaml#{*}", "https://e.org/cat.yaml#a.b", True),
        ("gs://lab/K", "gs://lab/k", False),
    ],
)
def test_forms_of_one_place(one: str, other: str, expected: bool) -> None:
    assert fit(one, other) is fit(other, one) is expected


@given(ADDRESSES, ADDRESSES)
@example("gs://bucket/. /", "gs://bucket/")
@settings(max_examples=50)
def test_fitting_has_no_direction_and_everything_fits_itself(one: str, other: str) -> None:
    assert fit(one, one)
    assert fit(one, other) is fit(other, one)
    assert canonical(canonical(one)) == canonical(one)


def test_a_paper_has_one_text() -> None:
    assert paper("https://doi.org/10.1029/2020MS002301") == paper("10.1029/2020ms002301")
    assert paper("arXiv:2306.08754v2") == paper("10.48550/arXiv.2306.08754") == "arxiv:2306.08754"
    assert paper("no paper") == "no paper"
