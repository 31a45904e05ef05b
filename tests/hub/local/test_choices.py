"""What a hub of the graph offers, and what of a choice counts: only what is offered to this user."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from leap_kg.hub.local.choices import Offer, Unofferable, profiles_of
from leap_kg.hub.local.chosen import UNLISTED, NotOffered, choose, offered_to, read_form

ROOT = Path(__file__).resolve().parents[3]
LEAP = ROOT.parent / "shared" / "data" / "2i2c-infrastructure" / "config" / "clusters" / "leap"
FULL = "leap-stc:leap-pangeo-full-access"

LISTED: list[dict[str, Any]] = [
    {"display_name": "Small", "description": "For looking", "kubespawner_override": {"mem_limit": "8G"}},
    {
        "display_name": "Large",
        "slug": "large",
        "default": True,
        "allowed_groups": ["staff"],
        "kubespawner_override": {"mem_limit": "64G", "image": "lab/base:1"},
        "profile_options": {
            "image": {
                "display_name": "Image",
                "choices": {
                    "one": {"display_name": "One", "kubespawner_override": {"image": "lab/one:1"}},
                    "two": {"display_name": "Two", "default": True, "kubespawner_override": {"image": "lab/two:2"}},
                    "kept": {"allowed_groups": ["admins"], "kubespawner_override": {"image": "lab/kept:3"}},
                },
                "unlisted_choice": {
                    "enabled": True,
                    "validation_regex": "^lab/.+:.+$",
                    "validation_message": "give an image of the lab",
                    "kubespawner_override": {"image": "{value}"},
                },
            },
            "nothing": {"display_name": "Nothing", "choices": {}},
        },
    },
    {"display_name": "Small"},
]
OFFER = Offer("hub.example.org", "The hub", 7, profiles_of(LISTED), "lab/default:0")
IMAGES = {"lab/default:0", "lab/base:1", "lab/one:1", "lab/two:2"}


def test_profiles_have_a_name_each_and_an_option_without_choices_is_none() -> None:
    assert [profile.key for profile in OFFER.profiles] == ["small", "large", "small-2"]
    assert [option.key for option in OFFER.profiles[1].options] == ["image"]
    assert OFFER.groups == {"staff", "admins"}


def test_what_is_left_out_is_the_default() -> None:
    chosen = choose(OFFER, {"staff"}, {})
    assert (chosen.profile.key, dict(chosen.options), chosen.image) == ("large", {"image": "two"}, "lab/two:2")
    assert chosen.overrides == {"mem_limit": "64G", "image": "lab/two:2"}
    assert choose(OFFER, set(), {}).profile.key == "small"
    assert choose(OFFER, set(), {}).image == "lab/default:0"


def test_a_choice_and_a_written_one() -> None:
    assert choose(OFFER, {"staff"}, {"profile": "large", "image": "one"}).image == "lab/one:1"
    written = choose(OFFER, {"staff"}, {"profile": "large", f"image{UNLISTED}": "lab/mine:{0.__class__}"})
    assert written.image == "lab/mine:{0.__class__}"
    assert choose(OFFER, {"staff", "admins"}, {"image": "kept"}).image == "lab/kept:3"


@pytest.mark.parametrize(
    ("groups", "options", "reason"),
    [
        ({"staff"}, {"profile": "huge"}, "'huge' is none of what is offered as profile: small, large, small-2"),
        (set(), {"profile": "large"}, "none of what is offered"),
        ({"staff"}, {"image": "three"}, "none of what is offered as Image: one, two$"),
        ({"staff"}, {"image": "kept"}, "none of what is offered"),
        ({"staff"}, {f"image{UNLISTED}": "evil/x:1"}, "give an image of the lab"),
        ({"staff"}, {f"image{UNLISTED}": "lab/x:1 --cmd"}, "cannot be taken"),
        ({"staff"}, {"image": "one", f"image{UNLISTED}": "lab/x:1"}, "chosen from a list"),
        ({"staff"}, {"cmd": "sh"}, "has no option 'cmd'"),
        ({"staff"}, {"image": ["one"]}, "choices are names"),
        ({"staff"}, {"image": "x" * 301}, "choices are names"),
        ({"staff"}, {str(n): "x" for n in range(51)}, "choices are names"),
    ],
)
def test_what_is_not_offered_is_refused(groups: set[str], options: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotOffered, match=reason):
        choose(OFFER, groups, options)


_NAMES = st.sampled_from(
    ["profile", "image", f"image{UNLISTED}", "large", "small", "one", "two", "kept", "cmd", "lab/x:1"]
)
_VALUES = st.one_of(_NAMES, st.text(max_size=20), st.none(), st.integers(), st.lists(st.text(max_size=3), max_size=2))


@given(st.dictionaries(_NAMES | st.text(max_size=20), _VALUES, max_size=5), st.sets(st.sampled_from(["staff", "x"])))
@example({"profile": "large", f"image{UNLISTED}": "lab/x\n:1"}, {"staff"})
def test_nothing_but_what_is_offered_is_ever_chosen(options: dict[str, Any], groups: set[str]) -> None:
    try:
        chosen = choose(OFFER, groups, options)
    except NotOffered:
        return
    assert chosen.profile in offered_to(OFFER, groups)
    assert chosen.image in IMAGES or (chosen.image.startswith("lab/") and chosen.image == options[f"image{UNLISTED}"])
    assert chosen.overrides.keys() <= {"mem_limit", "image"}


def test_a_form_is_read_for_its_profile_only() -> None:
    form = {"profile": ["large"], "large.image": ["one"], "small.image": ["evil"], "_xsrf": ["secret"]}
    assert read_form(form) == {"profile": "large", "image": "one"}
    form = {"profile": ["large"], "large.image": [UNLISTED], f"large.image{UNLISTED}": ["lab/x:1"]}
    assert read_form(form) == {"profile": "large", f"image{UNLISTED}": "lab/x:1"}
    form = {"profile": ["large"], "large.image": ["two"], f"large.image{UNLISTED}": ["lab/x:1"]}
    assert read_form(form) == {"profile": "large", "image": "two"}


@given(st.dictionaries(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=2), max_size=5))
def test_any_form_is_read(form: dict[str, list[str]]) -> None:
    assert all(isinstance(each, str) for each in read_form(form).values())


def test_a_pattern_that_is_none_says_so() -> None:
    option = {"unlisted_choice": {"enabled": True, "validation_regex": "("}}
    broken = [{"display_name": "A", "profile_options": {"image": option}}]
    with pytest.raises(Unofferable, match="validation_regex of image is no regular expression"):
        profiles_of(broken)


def test_what_leap_offers_can_be_chosen() -> None:
    file = LEAP / "daskhub-common.values.yaml"
    if not file.is_file():
        pytest.skip("LEAP's hub files are absent")
    values = yaml.safe_load(file.read_text(encoding="utf-8"))
    listed = values["basehub"]["jupyterhub"]["singleuser"]["profileList"]
    offer = Offer("leap.2i2c.cloud", "LEAP", 1, profiles_of(listed), "")
    assert [profile.key for profile in offered_to(offer, set())] == []
    with pytest.raises(NotOffered, match="offers nothing to the groups that you are in"):
        choose(offer, set(), {})
    for profile in offered_to(offer, {FULL}):
        chosen = choose(offer, {FULL}, {"profile": profile.key})
        assert ":" in chosen.image
        for option in profile.options:
            for each in option.choices:
                if each.is_for({FULL}):
                    taken = choose(offer, {FULL}, {"profile": profile.key, option.key: each.key})
                    assert taken.options[option.key] == each.key
    assert len(offered_to(offer, offer.groups)) == len(listed) > 3
