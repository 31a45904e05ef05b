"""What was asked for, as triples: bounded, without secrets, and good for the graph whatever was typed."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.requests.forms import Section
from leap_kg.ingest.requests.wish import FIELDS, LONGEST_TITLE, MOST_EXAMPLES, Wish, bare_title, describe, wish_of
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCAT, DCT, SCHEMA
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

NODE = NamedNode(f"{BASE}request/x")
INSTANCE = "CMIP6.CMIP.NCC.NorESM2-LM.historical.r1i1p1f1.Omon.thetao.gr.v20190815"


def said(wish: Wish) -> dict[str, list[str]]:
    say = Statements()
    describe(wish, NODE, say)
    found: dict[str, list[str]] = {}
    for triple in say.triples():
        if triple.subject == NODE and isinstance(triple.object, NamedNode | Literal):
            found.setdefault(triple.predicate.value, []).append(triple.object.value)
    return found


@given(st.dictionaries(st.sampled_from([names[0] for names in FIELDS.values()]) | st.text(max_size=20),
                       st.text(max_size=200), max_size=8))  # fmt: skip
def test_whatever_is_typed_the_graph_takes_it(answers: dict[str, str]) -> None:
    wish = wish_of(Section(heading, answer) for heading, answer in answers.items())
    say = Statements()
    describe(Wish(**{**{n: getattr(wish, n) for n in wish.__dataclass_fields__}, "title": "x" + wish.title}), NODE, say)
    assert not validate(quads_in(say.triples(), NamedNode(f"{BASE}graph/source/x")), BASE)


def test_texts_are_cut_and_secrets_are_taken_out() -> None:
    found = said(
        Wish("t" * 999, url="https://x.org/?token=abcdefghijklmnopqrstuvwxyz0123456789", description="d" * 99_999)
    )
    assert len(found[DCT("title").value][0]) == LONGEST_TITLE
    assert len(found[DCT("description").value][0]) == 10_000
    wish = wish_of([Section("Dataset URL", "see https://me:secret@x.org/a?x=1, or ask")])
    assert "secret" not in wish.url
    assert wish.url.startswith("https://")
    assert len(wish_of([Section("Examples", "\n".join(f"s3://b/{n}" for n in range(99)))]).examples) == MOST_EXAMPLES


def test_licences_are_licences_or_words_and_what_is_not_known_is_not_said() -> None:
    assert said(Wish("t", licence="cc by 4.0"))[DCT("license").value] == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert said(Wish("t", licence="as the WDC says"))[DCT("rights").value] == ["as the WDC says"]
    silent = said(Wish("t", licence="Unknown", size="n/a", format=" "))
    assert not {DCT("rights").value, DCT("license").value, DCT("extent").value, SCHEMA("encodingFormat").value} & set(
        silent
    )
    assert DCAT("landingPage").value not in said(Wish("t", url=""))


def test_an_address_in_words_is_found_and_words_without_one_are_kept() -> None:
    assert wish_of([Section("Dataset URL", "javascript:alert(1)")]).url == ""
    assert wish_of([Section("Dataset URL", "on tape, ask Kim")]).more == (("Where it is", "on tape, ask Kim"),)


def test_instances_are_found_in_lists_of_all_kinds() -> None:
    text = f"'{INSTANCE}',\n {INSTANCE},\n- {INSTANCE.replace('v20190815', '*')}\nCMIP6.too.few\n[{INSTANCE}]"
    wish = wish_of([Section("List of requested idds", text)])
    assert wish.instances == (INSTANCE, INSTANCE.replace("v20190815", "*"))


def test_titles_lose_what_forms_put_before_them() -> None:
    assert bare_title("[REQUEST]: HighResMIP") == "HighResMIP"
    assert bare_title("New Dataset [Dataset Name]") == ""
    assert bare_title("Proposed Recipes for eVolv2k_v3") == "Proposed Recipes for eVolv2k_v3"
