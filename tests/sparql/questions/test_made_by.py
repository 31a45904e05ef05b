"""Which recipe made a store: as stated, else by identifiers, else told to be known for the dataset only."""

from leap_kg.settings import DEFAULT_BASE as BASE
from tests.sparql.questions.asked import ask, said, stored

RECIPES = f"{BASE}recipe/lab/"

SEAS = f"""
<urn:tides> a dcat:Dataset ; dct:title "Tides" ; dcat:distribution <urn:surface>, <urn:multi>, <urn:other>, <urn:own> ;
    leap:recipe <{RECIPES}tides/tides-surface>, <{RECIPES}tides/Tides_Multi>, <{RECIPES}tides/multiple> .
<urn:surface> dct:identifier "surface" .
<urn:multi> dct:identifier "multi" .
<urn:own> dct:identifier "surface" ; leap:recipe <{RECIPES}tides/multiple> .
<urn:swell> a dcat:Dataset ; dct:title "Swell" ; dcat:distribution <urn:a>, <urn:b> ; leap:recipe <{RECIPES}swell/x> .
<urn:a> dct:identifier "a" .
<urn:b> dct:identifier "---" .
<urn:waves> a dcat:Dataset ; dct:title "Waves" ; dcat:distribution <urn:day>, <urn:none> ;
    leap:recipe <{RECIPES}waves/waves-day>, <{RECIPES}waves/waves-day-mean> .
<urn:day> dct:identifier "Day" .
<urn:none> dct:identifier "" .
"""
STATED, ONLY, NAMED = "stated for this store", "the only recipe of the dataset", "by its identifier"
EITHER, DATASET = "one of these, by their identifiers", "only known for the dataset: one of these"


def test_a_store_is_not_crossed_with_all_recipes_of_its_dataset() -> None:
    rows = ask(stored(said(SEAS)), "made-by")
    found = sorted(
        (row["store"].removeprefix("urn:"), row["recipe"].removeprefix(RECIPES), row["known"]) for row in rows
    )
    assert found == [
        ("a", "swell/x", ONLY),
        ("b", "swell/x", ONLY),
        ("day", "waves/waves-day", EITHER),
        ("day", "waves/waves-day-mean", EITHER),
        ("multi", "tides/Tides_Multi", NAMED),
        ("none", "waves/waves-day", DATASET),
        ("none", "waves/waves-day-mean", DATASET),
        ("other", "tides/Tides_Multi", DATASET),
        ("other", "tides/multiple", DATASET),
        ("other", "tides/tides-surface", DATASET),
        ("own", "tides/multiple", STATED),
        ("surface", "tides/tides-surface", NAMED),
    ]
