"""How to cite a node: one model, and every form says the same."""

import json

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Store

from leap_kg.outputs.citing import STYLES, Citation, authors_in, citation
from leap_kg.outputs.output import Maker
from tests.outputs.made import BASE, TURTLE

MORE = """
:sst a dcat:Dataset ; dct:title "Sea" ; dct:isVersionOf <https://doi.org/10.5555/sea> ; schema:version "2.1" ;
  dct:issued "2023-04"^^xsd:gYearMonth ; dct:publisher :house ;
  dct:creator <https://orcid.org/0000-0002-1825-0097>, :many ;
  schema:citation <https://doi.org/10.5555/beck>, <https://doi.org/10.5555/article>, :lang ;
  prov:qualifiedAttribution :one, :two .
:one prov:agent :many ; schema:position 1 ; dcat:hadRole <https://e.org/role/producer> .
:two prov:agent <https://orcid.org/0000-0002-1825-0097> ; schema:position 2 ;
  dcat:hadRole <https://e.org/role/producer> .
:many a foaf:Agent ; foaf:name "NASA, Jane Doe, Li Wei" . :house a org:Organization ; foaf:name "Data House" .
<https://doi.org/10.5555/beck> a schema:ScholarlyArticle ; dct:title "Rain everywhere" ; dct:isPartOf :journal ;
  schema:datePublished "2019"^^xsd:gYear ; schema:volumeNumber "100" ; schema:pagination "473–500" ;
  dct:bibliographicCitation "Beck, H.E., van Dijk, A.I.-J. (2019). Rain everywhere. Journal of Rain 100, 473–500." .
:lang a schema:ScholarlyArticle ; dct:title "Canopies" ;
  dct:bibliographicCitation "Lang, Nico, Walter Jetz, and Jan Wegner (2022). Canopies. Nature." .
:bare a dcat:Dataset ; dct:title "Bare" . :described a dcat:Dataset ; dct:title "Described" ;
  dct:identifier "doi:10.5555/article" ; dct:bibliographicCitation "As we say. 2020." .
"""


def cited(name: str) -> Citation:
    store = Store()
    store.load((TURTLE + MORE).encode(), format=RdfFormat.TURTLE)
    return citation(store, BASE, NamedNode(f"https://e.org/{name}"))


def test_text_names_the_parties_in_the_order_of_the_record_and_the_doi() -> None:
    lines = cited("sst").written("text").splitlines()
    assert lines[0] == (
        "NASA, Jane Doe, Li Wei; Josiah Carberry (2023). Sea (version 2.1) [data set]. Data House. "
        "https://doi.org/10.5555/sea"
    )
    assert lines[1].startswith("Tomas van der Rei, Josiah Carberry (2024). Warm water & rain. Journal of Rain 7, 1-9. ")
    assert lines[2].endswith("Journal of Rain 100, 473–500. https://doi.org/10.5555/beck")
    assert len(lines) == 4


def test_what_nobody_calls_a_person_is_one_literal_name() -> None:
    items = json.loads(cited("sst").written("csl"))
    assert items[0]["author"] == [{"literal": "NASA, Jane Doe, Li Wei"}, {"family": "Carberry", "given": "Josiah"}]
    entry = parse_string(cited("sst").written("bibtex")).entries[0]
    assert entry["author"] == "{NASA, Jane Doe, Li Wei} and Josiah Carberry"
    assert (entry.entry_type, entry["doi"], entry["publisher"]) == ("misc", "10.5555/sea", "Data House")


def test_papers_keep_journal_volume_and_pages_in_every_form() -> None:
    found = cited("sst")
    entry = parse_string(found.written("bibtex")).entries[2]
    assert (entry.entry_type, entry["journal"], entry["volume"]) == ("article", "Journal of Rain", "100")
    assert entry["pages"] == "473--500"
    assert entry["author"] == "Beck, H.E. and van Dijk, A.I.-J."
    item = json.loads(found.written("csl"))[2]
    assert (item["type"], item["container-title"], item["page"]) == ("article-journal", "Journal of Rain", "473–500")
    assert "note" not in item
    reference = rispy.loads(found.written("ris"))[2]
    assert (reference["type_of_reference"], reference["start_page"], reference["end_page"]) == ("JOUR", "473", "500")


def test_what_has_no_parts_keeps_its_reference_whole() -> None:
    entry = parse_string(cited("sst").written("bibtex")).entries[3]
    assert entry["author"] == "{Lang, Nico, Walter Jetz, and Jan Wegner}"
    found = cited("described")
    assert not found.composed
    assert found.written("text") == "As we say. 2020. https://e.org/described\n"
    assert parse_string(found.written("bibtex")).entries[0]["note"] == "As we say. 2020."


def test_a_paper_is_never_the_doi_of_data_and_nothing_is_made_up() -> None:
    assert cited("described").own.doi == ""
    assert cited("bare").composed
    assert cited("bare").written("text") == "Bare [data set]. https://e.org/bare\n"


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("Song, X.-P., Li, X. (2022). T. J.", (Maker("Song, X.-P."), Maker("Li, X."))),
        ("NASA (2022). T.", (Maker("NASA", body=True),)),
        ("Song, X. (2022). Another", ()),
        ("Song, X. T.", ()),
        ("", ()),
    ],
)
def test_authors_are_read_only_from_references_of_one_form(reference: str, found: tuple[Maker, ...]) -> None:
    assert authors_in(reference, "T") == found


@settings(max_examples=50)
@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_a_reference_says_it_is_read_and_written(reference: str, title: str) -> None:
    makers = authors_in(reference, title)
    assert all(maker.name in reference for maker in makers)
    assert authors_in(f"{reference} (2020). {title}", "") == ()
    for style in STYLES:
        assert cited("bare").written(style)
