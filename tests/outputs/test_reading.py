"""What is read of an output, and which nodes are outputs."""

from pyoxigraph import NamedNode, RdfFormat, Store

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker
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
