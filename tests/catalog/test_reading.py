"""What is read of a dataset, and where that ends."""

from pyoxigraph import NamedNode

from leap_kg.catalog.facts import Facts
from leap_kg.catalog.lacks import lacks
from leap_kg.catalog.reading import datasets, is_dataset, read
from leap_kg.catalog.span import MOST_STORES
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import BARE, DATASETS, HOSTILE, WHOLE, record_of, store_of


def test_datasets_are_found_by_their_class() -> None:
    facts = Facts(store_of(), BASE)
    assert datasets(facts) == sorted([BARE, HOSTILE, WHOLE, f"{BASE}dataset/leap-test/series"])
    assert is_dataset(facts, NamedNode(BARE))
    assert not is_dataset(facts, NamedNode("https://ror.org/hoverd"))


def test_what_stores_say_is_said_of_their_dataset() -> None:
    text = """
    <DATASET/a> a dcat:Dataset ; dcat:distribution <BASEstore/1> , <BASEstore/2> .
    <BASEstore/1> schema:version "3" ; dct:license <https://spdx.org/licenses/MIT> ; dct:modified "2020-01-01" ;
        schema:variableMeasured <BASEstore/1#a> ; dct:temporal <BASEstore/1#t> ;
        dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> .
    <BASEstore/1#a> schema:name "a" . <BASEstore/1#t> dcat:startDate "1990" .
    <BASEstore/2> schema:version "3" ; dct:modified "2021-01-01" ;
        schema:variableMeasured <BASEstore/2#a> , <BASEstore/2#b> .
    <BASEstore/2#a> schema:name "a" . <BASEstore/2#b> schema:name "b" .
    """
    record = record_of(f"{BASE}dataset/leap-test/a", text)
    assert [variable.name for variable in record.variables] == ["a", "b"]
    assert (record.version, record.modified, record.licence.name) == ("3", "2021-01-01", "MIT")
    assert [period.start for period in record.periods] == ["1990"]
    # One store is open to all, of the other nobody knows.
    assert record.access == ""
    differing = text.replace('<BASEstore/2> schema:version "3"', '<BASEstore/2> schema:version "4"')
    assert record_of(f"{BASE}dataset/leap-test/a", differing).version == ""


def test_a_part_of_a_series_that_says_nothing_is_described_by_the_whole() -> None:
    text = DATASETS + "<DATASET/bare> dcat:inSeries <DATASET/series> ."
    assert record_of(BARE, text).description == "One of All of it: Every sea surface."


def test_a_doi_of_a_paper_is_none_of_the_dataset() -> None:
    text = DATASETS + "<DATASET/bare> dct:isVersionOf <https://doi.org/10.1000/paper.2> ."
    assert record_of(BARE, text).doi == ""
    assert record_of(WHOLE).doi == "https://doi.org/10.1000/whole"


def test_there_is_an_end_to_stores_and_their_variables() -> None:
    text = "<DATASET/bare> a dcat:Dataset .\n" + "".join(
        f"<DATASET/bare> dcat:distribution <BASEstore/{n}> . <BASEstore/{n}> a dcat:Distribution .\n"
        + "".join(f"<BASEstore/{n}> schema:variableMeasured <BASEstore/{n}#{v}> .\n" for v in range(20))
        for n in range(MOST_STORES + 3)
    )
    record = record_of(BARE, text)
    assert (len(record.stores), record.span.left_out) == (MOST_STORES, 3)
    assert "stores 1 to 200 of 203" in next(lack.why for lack in lacks(record, BASE) if lack.name == "more-stores")
    assert sum(len(store.variables) for store in record.stores) == 2000


def test_a_list_asks_for_fewer_stores() -> None:
    record = read(Facts(store_of(), BASE), NamedNode(WHOLE), 1)
    assert (len(record.stores), record.span.total, record.span.left_out) == (1, 2, 1)
