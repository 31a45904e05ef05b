"""What is read of an output, and which nodes are outputs."""

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker
from leap_kg.outputs.reading import Reader
from tests.outputs.made import BASE, platform

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


def test_a_node_that_is_only_referred_to_is_no_output() -> None:
    assert set(OUTPUTS) == {
        "https://doi.org/10.5555/article", "https://doi.org/10.5555/preprint", "https://doi.org/10.5555/cited",
        "https://e.org/data", "https://e.org/code", "javascript:alert(1)",
    }  # fmt: skip
    assert OUTPUTS["javascript:alert(1)"].href == ""
