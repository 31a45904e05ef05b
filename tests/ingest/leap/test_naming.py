"""What a feedstock is called: the same for every spelling of its address, another for every other feedstock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.leap.naming import file_key, meta_url, record_key, record_path, subject_of
from leap_kg.ontology.iri import iri_text
from tests.ingest.shelf import BASE

FILE = "https://github.com/LEAP-stc/GLEAM/blob/main/feedstock/catalog.yaml"


@pytest.mark.parametrize(
    "url",
    [
        FILE,
        "https://github.com/leap-stc/gleam/blob/v2/feedstock/catalog.yaml",
        "https://raw.githubusercontent.com/leap-stc/GLEAM/main/feedstock/catalog.yaml",
        "https://github.com/leap-stc/GLEAM/raw/main/feedstock/meta.yaml",
        "https://github.com/leap-stc/GLEAM/blob/main/catalog.yaml",
        "https://github.com/leap-stc/GLEAM",
        "https://github.com/leap-stc/GLEAM.git",
    ],
)
def test_every_address_of_a_feedstock_gives_its_name(url: str) -> None:
    assert record_key(url) == "leap-stc/gleam"
    assert subject_of(url, "", (), BASE).dataset.value == f"{BASE}dataset/leap-stc/gleam"


def test_another_folder_is_another_feedstock() -> None:
    urls = [
        FILE,
        *(
            f"https://github.com/leap-stc/GLEAM/blob/main/{folder}/catalog.yaml"
            for folder in ("a", "a/feedstock", "a/b")
        ),
    ]
    assert [record_key(url) for url in urls] == [
        "leap-stc/gleam",
        "leap-stc/gleam/a",
        "leap-stc/gleam/a",
        "leap-stc/gleam/a/b",
    ]


def test_outside_github_the_address_is_the_name() -> None:
    long = "https://data.example.org/" + "long/" * 40
    urls = [f"{long}one/catalog.yaml", f"{long}two/catalog.yaml", "https://x.example/a-b", "https://x.example/a/b"]
    assert [record_key(url) for url in urls] == urls
    assert len({record_path(url) for url in urls}) == len(urls)
    assert all(len(record_path(url)) == 1 for url in urls)


@given(
    st.one_of(
        st.text(min_size=1, max_size=60),
        st.text(max_size=30).map(lambda text: f"https://github.com/a/b/blob/main/{text}/catalog.yaml"),
    )
)
def test_any_address_names_a_dataset_that_can_be_written(url: str) -> None:
    node = subject_of(url, url, (url,), BASE).dataset
    assert iri_text(node.value) == node.value
    assert record_path(url) == record_path(url)
    assert record_key(url)
    assert file_key(url) == file_key(file_key(url))


@pytest.mark.parametrize(
    ("catalog", "address"),
    [
        ({"meta_yaml_url": " https://x.example/m "}, "https://x.example/m"),
        ({"ncviewjs:meta_yaml_url": "https://x.example/n"}, "https://x.example/n"),
        ({"meta_yaml_url": None, "ncviewjs:meta_yaml_url": "https://x.example/n"}, "https://x.example/n"),
        ({"meta_yaml_url": ["https://x.example/m"]}, ""),
        ({}, ""),
    ],
)
def test_where_the_meta_is(catalog: dict[str, object], address: str) -> None:
    assert meta_url(catalog) == address
