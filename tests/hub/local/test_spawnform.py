"""The form to choose a server: what it offers is what is taken, and texts of the graph stay texts."""

import html5lib

from leap_kg.hub.local.choices import Offer, profiles_of
from leap_kg.hub.local.chosen import UNLISTED, choose, read_form
from leap_kg.hub.local.kernels import Kernels
from leap_kg.hub.local.spawnform import size_of, spawn_form
from tests.hub.local.test_choices import LISTED, OFFER

MARKUP = "\"><script>alert('x')</script>"
KERNELS = Kernels({"python3": {"display_name": "Python 3"}, "r": {"display_name": "The R"}}, [("lab/one:*", "r")])


def controls(text: str) -> dict[str, list[tuple[str, bool]]]:
    """The values that each control of a form can have, and whether each is chosen."""
    document = html5lib.parseFragment(text, namespaceHTMLElements=False)
    found: dict[str, list[tuple[str, bool]]] = {}
    for element in document.iter():
        if element.tag == "input":
            found.setdefault(element.get("name"), []).append((element.get("value", ""), "checked" in element.attrib))
        elif element.tag == "select":
            values = [(each.get("value"), "selected" in each.attrib) for each in element.iter("option")]
            found.setdefault(element.get("name"), []).extend(values)
    return found


def test_the_form_offers_what_is_offered_to_the_user_and_chooses_the_default() -> None:
    shown = controls(spawn_form(OFFER, {"staff"}, KERNELS))
    assert shown["profile"] == [("small", False), ("large", True), ("small-2", False)]
    assert shown["large.image"] == [("one", False), ("two", True), (UNLISTED, False)]
    assert [value for value, _ in controls(spawn_form(OFFER, set(), KERNELS))["profile"]] == ["small", "small-2"]


def test_everything_that_the_form_offers_is_taken() -> None:
    shown = controls(spawn_form(OFFER, {"staff", "admins"}, KERNELS))
    for profile, _ in shown["profile"]:
        for value, _ in shown.get(f"{profile}.image", [("", False)]):
            form = {"profile": [profile], f"{profile}.image": [value], f"{profile}.image{UNLISTED}": ["lab/x:1"]}
            chosen = choose(OFFER, {"staff", "admins"}, read_form(form))
            assert chosen.profile.key == profile
            assert chosen.options.get("image", "") == ("lab/x:1" if value == UNLISTED else value)


def test_texts_of_the_graph_stay_texts() -> None:
    listed = [{**LISTED[1], "display_name": MARKUP, "description": MARKUP, "allowed_groups": []}]
    listed[0]["profile_options"] = {MARKUP: {"display_name": MARKUP, "choices": {MARKUP: {"display_name": MARKUP}}}}
    text = spawn_form(Offer("d", MARKUP, 1, profiles_of(listed), MARKUP), set(), KERNELS)
    assert "<script" not in text
    assert controls(text)[f"large.{MARKUP}"] == [(MARKUP, True)]


def test_a_user_without_a_profile_reads_why() -> None:
    text = spawn_form(Offer("d", "The hub", 1, profiles_of([{**LISTED[1]}]), ""), set(), KERNELS)
    assert "The hub offers nothing to the groups that you are in" in text
    assert controls(text) == {}


def test_an_image_that_a_kernel_stands_for_says_which() -> None:
    text = spawn_form(OFFER, {"staff"}, KERNELS)
    assert "One · lab/one:1 · here The R" in text
    assert "Two · lab/two:2<" in text


def test_profiles_of_one_title_are_told_apart() -> None:
    text = spawn_form(OFFER, {"staff"}, KERNELS)
    assert ("<code>small</code>" in text, "<code>small-2</code>" in text, "<code>large</code>" in text) == (
        True, True, False,
    )  # fmt: skip


def test_sizes_are_said_in_words() -> None:
    assert size_of({"mem_limit": "7.222G", "cpu_limit": 1}) == "7.2 GB, 1 CPU"
    assert size_of({"mem_guarantee": 3620925866, "cpu_guarantee": 0.5}) == "3.4 GB, 0.5 CPUs"
    assert size_of({"mem_limit": "much", "cpu_limit": None}) == ""
