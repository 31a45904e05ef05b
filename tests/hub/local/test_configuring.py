"""The configuration of a hub on this machine, and what it is made from."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from pyoxigraph import Literal, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import hub_node
from leap_kg.hub.declared.members import ADMINS, CURATORS
from leap_kg.hub.local.choices import Unofferable
from leap_kg.hub.local.kernels import Kernels
from leap_kg.hub.local.place import Place
from leap_kg.hub.local.shelf import Shelf
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.ontology.namespaces import DCT, RDF, ours
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from tests.children import ROOT
from tests.hub.local.test_choices import LISTED

pytest.importorskip("jupyterhub", reason="jupyterhub is absent: it comes with the extra hub-local")

from tornado.web import HTTPError
from traitlets.config import Config

from leap_kg.hub.local.configuring import configure
from leap_kg.hub.local.spawning import Spawning

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KERNELS = Kernels(
    {"python3": {"display_name": "Python 3", "language": "python", "argv": ["p"]}}, [("lab/one:*", "python3")]
)


def publish(home: Home, **hubs: object) -> None:
    """Have the graph know these hubs: a name, and the `profileList` of each."""
    graph = source_graph(BASE, "hubs")
    with Writer(home, BASE) as writer:
        quads = []
        for name, listed in hubs.items():
            node = hub_node(f"{name}.example.org", BASE)
            values: Any = {"singleuser": {"profileList": listed, "image": {"name": "lab/default", "tag": "0"}}}
            quads += [Quad(t.subject, t.predicate, t.object, graph) for t in settings_triples(node, VALUES, values)]
            quads.append(Quad(node, RDF("type"), ours(BASE)("HubDeployment"), graph))
            quads.append(Quad(node, DCT("title"), Literal(f"The {name}"), graph))
        writer.publish("hubs", quads, Activity(f"hubs-{uuid4().hex}", "Hubs", NOW, NOW))


@pytest.fixture
def known(environment: dict[str, str]) -> dict[str, str]:
    """The environment, of a graph that knows two hubs."""
    publish(Home(Path(environment["LEAP_KG_HOME"])), empty=[], lab=LISTED)
    return environment


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "LEAP_KG_HOME": str(tmp_path / "home"),
        "LEAP_KG_NAME": "The lab",
        "LEAP_KG_TOKEN": "leapkg_secret",
        "LEAP_KG_HUB_PORT": "18000", "LEAP_KG_HUB_API_PORT": "18001", "LEAP_KG_HUB_PROXY_PORT": "18002",
        "LEAP_KG_HUB_SERVICE_PORT": "18003", "LEAP_KG_HUB_PASSWORD": "p" * 8, "LEAP_KG_HUB_ADMIN_PASSWORD": "a" * 32,
    }  # fmt: skip


def spawner(tmp_path: Path, *groups: str) -> Any:
    user = SimpleNamespace(groups=[SimpleNamespace(name=group) for group in groups])
    return SimpleNamespace(user=user, environment={"old": "1"}, api_token="t", home_dir=str(tmp_path / "homes" / "kim"))


def test_the_hub_knows_groups_and_its_service_learns_no_secret(known: dict[str, str]) -> None:
    c = Config()
    place = configure(c, known)
    deepcopy(c)  # as the hub does
    assert c.JupyterHub.load_groups == {
        "admins": {"users": ["admin"]}, "staff": {"users": ["admin"]},
        CURATORS: {"users": ["curator"]}, ADMINS: {"users": ["admin"]},
    }  # fmt: skip
    (service,) = c.JupyterHub.services
    given = service["environment"]
    assert (given["LEAP_KG_PATH"], given["LEAP_KG_SIGN_IN"], given["LEAP_KG_NAME"]) == (
        "/services/leap-kg", "jupyterhub", "The lab",
    )  # fmt: skip
    assert not {"leapkg_secret", "p" * 8, "a" * 32} & set(given.values())
    assert Settings.from_environment(given).path == "/services/leap-kg"
    scopes = {role["name"]: role["scopes"] for role in c.JupyterHub.load_roles}
    assert all("access:services!service=leap-kg" in scopes[name] for name in ("user", "server"))
    assert place.folder.stat().st_mode & 0o777 == 0o700
    assert "p" * 8 not in repr(place)


def test_a_server_gets_what_was_chosen_and_nothing_of_before(known: dict[str, str], tmp_path: Path) -> None:
    place = Place.of(known)
    spawning = Spawning(place, Shelf(place.settings, ""), KERNELS)
    one = spawner(tmp_path, "staff")
    assert 'value="large"' in spawning.form(one)
    spawning.apply(one, {"profile": "large", "image": "one"})
    given = {name: value if isinstance(value, str) else value(one) for name, value in one.environment.items()}
    folder = Path(given.pop("JUPYTER_PATH"))
    assert json.loads((folder / "kernels" / "python3" / "kernel.json").read_text())["display_name"] == "Python 3"
    assert given == {
        "LEAP_KG_URL": "http://127.0.0.1:18000/services/leap-kg",
        "LEAP_KG_TOKEN": "t",
        "LEAP_KG_PROFILE": "large",
        "LEAP_KG_CHOICES": '{"image": "one"}',
        "LEAP_KG_IMAGE": "lab/one:1",
        "LEAP_KG_KERNEL": "python3",
        "JUPYTER_IMAGE_SPEC": "lab/one:1",
    }
    spawning.apply(one, {"profile": "small"})
    assert "JUPYTER_IMAGE_SPEC" not in one.environment
    for options in ({"profile": "huge%s"}, {"image": {"cmd": "sh"}}):
        with pytest.raises(HTTPError) as refused:
            spawning.apply(one, options)
        assert refused.value.status_code == 400
        assert str(refused.value)


def test_a_first_notebook_is_put_into_a_home_once(environment: dict[str, str], tmp_path: Path) -> None:
    place = Place.of(environment)
    spawning, one = Spawning(place, Shelf(place.settings, ""), KERNELS), spawner(tmp_path)
    spawning.welcome(one)
    target = Path(one.home_dir) / "welcome.ipynb"
    assert target.read_bytes() == (ROOT / "hub" / "local" / "welcome.ipynb").read_bytes()
    target.write_text("mine")
    spawning.welcome(one)
    assert target.read_text() == "mine"


def test_the_first_hub_that_offers_something_is_taken_and_what_is_new_shows(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    settings = Settings(home=home.path)
    shelf = Shelf(settings, "")
    with pytest.raises(Unofferable, match="the graph is empty"):
        shelf.offer()
    publish(home, empty=[], lab=LISTED)
    assert shelf.offer().domain == "lab.example.org"
    assert shelf.offer().image == "lab/default:0"
    publish(home, lab=[{"display_name": "Only"}])
    assert [profile.title for profile in shelf.offer().profiles] == ["Only"]
    with pytest.raises(Unofferable, match=r"no hub other\.example\.org; it has lab\.example\.org"):
        Shelf(settings, "other.example.org").offer()
    publish(home, lab=[{"display_nam": "Only"}])
    with pytest.raises(Unofferable, match=r"lab\.example\.org.*display_nam"):
        shelf.offer()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("LEAP_KG_HUB_PORT", "0", "LEAP_KG_HUB_PORT must be a port"),
        ("LEAP_KG_HUB_API_PORT", "x", "LEAP_KG_HUB_API_PORT must be a port"),
        ("LEAP_KG_HUB_PASSWORD", "hidden", "LEAP_KG_HUB_PASSWORD must have at least 8"),
        ("LEAP_KG_HUB_ADMIN_PASSWORD", "hidden", "LEAP_KG_HUB_ADMIN_PASSWORD must have at least 32"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(
    environment: dict[str, str], name: str, value: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        Place.of({**environment, name: value})
    assert "hidden" not in str(refused.value)
