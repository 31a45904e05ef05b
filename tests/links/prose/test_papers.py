"""Works that are named in a line, and the addresses that name them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.prose.addresses import addresses, without
from leap_kg.links.prose.papers import bare_works, named
from leap_kg.ontology.identifiers import Doi, doi

NAMED = {
    "https://doi.org/10.1029/2020MS002203": "https://doi.org/10.1029/2020ms002203",
    "https://agupubs.onlinelibrary.wiley.com/doi/full/10.1029/2020MS002203": "https://doi.org/10.1029/2020ms002203",
    "https://journals.ametsoc.org/doi/pdf/10.1175/JCLI-D-17-0127.1?download=true": (
        "https://doi.org/10.1175/jcli-d-17-0127.1"
    ),
    "https://www.frontiersin.org/articles/10.3389/fmars.2021.672477/full": "https://doi.org/10.3389/fmars.2021.672477",
    "https://iopscience.iop.org/article/10.1088/1748-9326/ab7d02/pdf": "https://doi.org/10.1088/1748-9326/ab7d02",
    "https://joss.theoj.org/papers/10.21105/joss.02018/status.svg": "https://doi.org/10.21105/joss.02018",
    "https://www.nature.com/articles/s41586-023-06185-3.pdf": "https://doi.org/10.1038/s41586-023-06185-3",
    "https://gmd.copernicus.org/articles/14/2351/2021/": "https://doi.org/10.5194/gmd-14-2351-2021",
    "https://zenodo.org/records/7761881/files/a.nc": "https://doi.org/10.5281/zenodo.7761881",
    "https://zenodo.org/badge/DOI/10.5281/zenodo.7761881.svg": "https://doi.org/10.5281/zenodo.7761881",
    "https://img.shields.io/badge/DOI-10.5334%2Fjors.122-blue.svg": "https://doi.org/10.5334/jors.122",
    "https://img.shields.io/badge/arXiv-2306.08754-b31b1b": "https://arxiv.org/abs/2306.08754",
    "https://arxiv.org/pdf/2306.08754v3.pdf": "https://arxiv.org/abs/2306.08754",
    "https://huggingface.co/papers/2306.08754": "https://arxiv.org/abs/2306.08754",
    "https://github.com/a/b/blob/main/10.1234/x": "",
    "https://www.nature.com/articles/about": "",
    "https://example.org/": "",
}


@pytest.mark.parametrize("url", sorted(NAMED))
def test_a_page_of_a_publisher_gives_its_work(url: str) -> None:
    assert named(url) == NAMED[url]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("see doi:10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2.", "10.1175/1520-0469(1963)020<0130:dnf>2.0.co;2"),
        ("(Wu et al. 2020, DOI: 10.1029/2020MS002203)", "10.1029/2020ms002203"),
        ("**10.1007/978-3-030-77722-7_1**", "10.1007/978-3-030-77722-7_1"),
        ("| `10.3389/fmars.2021.672477` |", "10.3389/fmars.2021.672477"),
    ],
    ids=["sici", "sentence", "bold", "table"],
)
def test_a_bare_doi_ends_where_its_sentence_goes_on(line: str, expected: str) -> None:
    found = [doi.parse(work.iri) for work in bare_works(line)]
    assert found == [Doi(expected)]


@pytest.mark.parametrize("text", ["arXiv:2306.08754v2", "arXiv preprint arXiv:2306.08754", "(arxiv 2306.08754)"])
def test_a_bare_preprint(text: str) -> None:
    assert [work.iri for work in bare_works(f"in {text}, we")] == ["https://arxiv.org/abs/2306.08754"]


def test_numbers_that_look_alike_are_no_works() -> None:
    for line in ("version 10.1234", "192.10.1234/24", "grid 10.12/3", "arXiv:9999.99999", "python-arxiv 2.1"):
        assert not list(bare_works(line)), line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[a](https://a.org/x_(y)) and (https://b.org/z).", ["https://a.org/x_(y)", "https://b.org/z"]),
        ("[![D](https://a.org/b.svg)](https://c.org/d)", ["https://a.org/b.svg", "https://c.org/d"]),
        ("`text <https://a.org/b>`_", ["https://a.org/b"]),
        ('<a href="https://a.org/b?c=1&amp;d=2">x</a>', ["https://a.org/b?c=1&d=2"]),
        (r"https://doi.org/10.1007/978\_1 **https://a.org/b**", ["https://doi.org/10.1007/978_1", "https://a.org/b"]),
        ("open('gs://b/{member}/<user>/x.zarr')", ["gs://b/{member}/<user>/x.zarr"]),
        ("gs://b/x.zarr<br>next", ["gs://b/x.zarr"]),
    ],
    ids=["brackets", "badge", "rst", "html", "escape", "gaps", "tag"],
)
def test_an_address_ends_where_its_markup_goes_on(line: str, expected: list[str]) -> None:
    assert [each.text for each in addresses(line)] == expected


@settings(max_examples=50)
@given(st.text("ab10./()[]<>{}*:-_ ?#%", max_size=80), st.sampled_from(["https://", "doi:10.1234/", "gs://", "arXiv:"]))
def test_addresses_stand_where_they_say_and_what_is_left_is_as_long(text: str, start: str) -> None:
    line = f"{text}{start}{text}"
    found = list(addresses(line))
    for each in found:
        assert line[each.start : each.end].replace("\\", "") == each.text.replace("\\", "")
    rest = without(line, found)
    assert len(rest) == len(line)
    for work in bare_works(rest):
        assert line[work.start :]
