"""What is read of an output, and which nodes are outputs."""

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker, Output
from leap_kg.outputs.reading import Reader
from tests.outputs.made import BASE, TURTLE, platform

OUTPUTS = {each.iri: each for each in Reader(platform(), BASE).outputs()}
ARTICLE = OUTPUTS["https://doi.org/10.5555/article"]


def test_an_article_has_what_a_reference_needs() -> None:
    assert (ARTICLE.kind, ARTICLE.title, ARTICLE.container) == (Kind.ARTICLE, "Warm water & rain", "Journal of Rain")
    assert (ARTICLE.issued, ARTICLE.year, ARTICLE.volume, ARTICLE.pages) == ("2024-05-17", "2024", "7", "1-9")
    assert (ARTICLE.doi, ARTICLE.free) == ("10.5555/article", True)


def test_authors_stand_in_their_order_without_editors() -> None:
    josiah = Maker("Josiah Carberry", "https://orcid.org/0000-0002-1825-0097")
    assert ARTICLE.makers == (Maker("Tomas van der Rei", "https://e.org/rei"), josiah)
    assert [maker.orcid for maker in ARTICLE.makers] == ["", "0000-0002-1825-0097"]


def test_what_is_linked_is_told_with_its_name() -> None:
    assert [thing.name for thing in (*ARTICLE.awards, *ARTICLE.code, *ARTICLE.data)] == [
        "Award 2019625", "lab/rain", "Heat",
    ]  # fmt: skip
    assert ARTICLE.reasons == ("names an award of the platform: Award 2019625",)
    preprint = OUTPUTS["https://doi.org/10.5555/preprint"]
    assert [thing.iri for thing in preprint.later] == [ARTICLE.iri]


def test_data_and_code_belong_by_the_catalogue_and_by_papers() -> None:
    reasons = {each.title: each.reasons for each in OUTPUTS.values() if not each.kind.is_publication}
    assert reasons == {
        "Heat": ("is in the platform's catalogue",),
        "lab/rain": ("is the code of Warm water & rain",),
        "Seen elsewhere": (),
        "<script>alert(1)</script>": (),
    }


def test_a_licence_of_creative_commons_makes_a_copy_free() -> None:
    licensed = TURTLE + "<https://doi.org/10.5555/cited> dct:license <https://spdx.org/licenses/CC-BY-4.0> ."
    store = Store()
    store.load(licensed.encode(), format=RdfFormat.TURTLE)
    cited = Reader(store, BASE).output(NamedNode("https://doi.org/10.5555/cited"))
    assert cited is not None
    assert cited.free is True


def test_data_that_the_code_of_a_paper_reads_are_data_of_the_paper() -> None:
    used = ":code prov:used :store . :seen dcat:distribution :store ."
    store = Store()
    store.load((TURTLE + used).encode(), format=RdfFormat.TURTLE)
    article = Reader(store, BASE).output(NamedNode(ARTICLE.iri))
    assert article is not None
    assert [thing.name for thing in article.data] == ["Heat", "Seen elsewhere"]


def test_a_node_that_is_only_referred_to_is_no_output() -> None:
    assert set(OUTPUTS) == {
        "https://doi.org/10.5555/article", "https://doi.org/10.5555/preprint", "https://doi.org/10.5555/cited",
        "https://e.org/data", "https://e.org/code", "https://e.org/seen", "javascript:alert(1)",
    }  # fmt: skip
    assert OUTPUTS["javascript:alert(1)"].href == ""


def read(more: str, iri: str) -> Output:
    """An output of the graph with more said."""
    store = Store()
    store.load((TURTLE + more).encode(), format=RdfFormat.TURTLE)
    found = Reader(store, BASE).output(NamedNode(iri))
    assert found is not None
    return found


def test_data_and_their_code_that_a_record_references_are_those_of_the_paper() -> None:
    more = f"<{ARTICLE.iri}> dct:references :seen, :feedstock, :tool . "
    more += ":feedstock a schema:SoftwareSourceCode ; dct:title 'f' ."
    more += f" :tool a schema:SoftwareSourceCode ; dct:title 'tool' . :seen <{BASE}ontology#feedstock> :feedstock ."
    article = read(more, ARTICLE.iri)
    assert [thing.name for thing in article.data] == ["Heat", "Seen elsewhere"]
    # Software that a paper only references is not its code.
    assert [thing.name for thing in article.code] == ["f", "lab/rain"]


@pytest.mark.parametrize(
    "said",
    [
        "<https://doi.org/10.5555/cited> dct:references :seen .",
        ":seen schema:citation <https://doi.org/10.5555/cited> .",
        ":seen dcat:distribution :s . :c prov:used :s ; codemeta:referencePublication <https://doi.org/10.5555/cited>.",
    ],
    ids=["named", "cited", "read"],
)
def test_a_dataset_has_the_papers_that_its_page_lists_also_those_of_others(said: str) -> None:
    assert [thing.name for thing in read(said, "https://e.org/seen").papers] == ["Somebody else's"]
    assert read("", "https://e.org/seen").papers == ()


def test_what_a_curator_took_in_says_so_also_without_any_other_reason() -> None:
    rdf = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    more = f":yes {rdf}subject> <https://doi.org/10.5555/cited> ; {rdf}predicate> schema:sourceOrganization ; "
    cited = read(f"{more} adms:status <{BASE}verdict/accepted> .", "https://doi.org/10.5555/cited")
    assert cited.reasons == ("taken in by a curator",)
    assert read(f"{more} adms:status <{BASE}verdict/rejected> .", "https://doi.org/10.5555/cited").reasons == ()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("<https://doi.org/10.5555/cited> cito:isCorrectedBy :notice .", ("corrected",)),
        (":notice cito:corrects <https://doi.org/10.5555/cited> .", ("corrected",)),
        (":notice cito:retracts <https://doi.org/10.5555/cited> .", ("retracted",)),
        (
            f"<https://doi.org/10.5555/cited> cito:isCorrectedBy :notice ; adms:status <{BASE}work-status/corrected> .",
            ("corrected",),
        ),
        ("", ()),
    ],
    ids=["corrected", "corrects", "retracts", "both", "none"],
)
def test_a_notice_tells_what_became_of_a_work(said: str, status: tuple[str, ...]) -> None:
    assert read(said, "https://doi.org/10.5555/cited").status == status
