"""What people typed into objects that is a secret is shown nowhere, and everything else is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.hub.objects.differences import differences
from leap_kg.hub.objects.health import health_of
from leap_kg.hub.objects.hiding import shown, shown_text
from leap_kg.hub.objects.manifest import Manifest

PASSWORD = "Tr0ub4dor"
TOKEN = "ghp_" + "a1" * 18

PLACES: list[Manifest] = [
    {"url": f"https://bob:{PASSWORD}@charts.example.org/"},
    {"values": {"hub": {"password": PASSWORD}}},
    {"template": {"env": [{"name": "API_TOKEN", "value": PASSWORD}]}},
    {"args": ["--index", f"https://bob:{PASSWORD}@pypi.example.org/simple", "-q"]},
    {"files": {"requirements.txt": f"--extra-index-url https://bob:{PASSWORD}@pypi.example.org/simple\nzarr\n"}},
    {"args": [TOKEN]},
]


def thing(spec: Manifest) -> Manifest:
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "t", "namespace": "n"}, "spec": spec}


@pytest.mark.parametrize("spec", PLACES, ids=lambda each: next(iter(each)))
def test_a_secret_that_somebody_typed_is_not_shown(spec: Manifest) -> None:
    before, after = thing({}), thing(spec)
    texts = [str(differences(before, after)), str(differences(after, thing(_blank(spec)))), json.dumps(shown(after))]
    for text in texts:
        assert PASSWORD not in text
        assert TOKEN not in text
    assert "spec" in texts[0]
    assert len(differences(after, thing(_blank(spec)))) == 1


def _blank(spec: Manifest) -> Manifest:
    """The same with another secret."""
    text = json.dumps(spec).replace(PASSWORD, "another-one").replace(TOKEN, TOKEN[::-1])
    made: Manifest = json.loads(text)
    return made


def test_what_kubectl_keeps_of_a_secret_is_not_shown() -> None:
    note = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": {"k": "aHVzaA=="}}', "note": "keep"}
    live = {"kind": "Secret", "metadata": {"name": "s", "annotations": note}, "data": {"k": "aHVzaA=="}}
    text = json.dumps(shown(live))
    assert "aHVzaA" not in text
    assert '"note": "keep"' in text
    assert "aHVzaA" not in str(differences({**live, "metadata": {"name": "s"}}, live))


def test_what_a_controller_repeats_is_not_shown() -> None:
    said = f"failed to fetch https://bob:{PASSWORD}@charts.example.org/index.yaml : 401"
    status = {"conditions": [{"type": "Ready", "status": "False", "reason": "Failed", "message": said}]}
    message = health_of({**thing({}), "kind": "HelmRepository", "status": status}).message
    assert PASSWORD not in message
    assert "charts.example.org/index.yaml : 401" in message


@settings(max_examples=50, deadline=None)
@given(st.from_regex(r"[a-z0-9 .:/=-]{0,40}", fullmatch=True))
def test_what_is_no_secret_is_shown_as_it_is(text: str) -> None:
    live = thing({"note": text, "secretName": text, "valuesKey": text, "name": text})
    assert shown(live) == live
    assert shown_text(text) == text
