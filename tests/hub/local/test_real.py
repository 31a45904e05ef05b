"""The hub of `make hub` as it really runs: servers by its REST API, the graph in a notebook, a browser; and its end."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.hub.declared.members import ADMINS, CURATORS
from leap_kg.links.judged import all_verdicts
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.nodes.launching import launches_of
from leap_kg.web.site import Site
from tests.hub.local.conftest import need_hub
from tests.hub.local.hub import Hub, running_hub
from tests.processes import alive, below
from tests.web_assets.chromium import chromium
from tests.web_assets.render import WEB

pytestmark = pytest.mark.all

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"


def test_a_notebook_in_a_chosen_environment_runs_the_readme(hub: Hub) -> None:
    assert hub.start("ada", {"profile": "large", "image": "pytorch"}).status_code in (201, 202)
    assert hub.ready("ada")["user_options"] == {"profile": "large", "image": "pytorch"}
    readme = (declarations() / "README.md").read_text(encoding="utf-8")
    (analysis,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    cells = json.loads((declarations() / "hub" / "local" / "welcome.ipynb").read_text(encoding="utf-8"))["cells"]
    said = hub.run(
        "ada",
        "import os, json; print(json.dumps({n: os.environ.get(n) for n in os.environ if n.startswith('LEAP_KG')}))",
        analysis,
        *("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"),
        "print(Client().stac().title)",
    )
    given = json.loads(said.partition("\n")[0])
    assert given["LEAP_KG_URL"] == hub.graph
    assert given["LEAP_KG_PROFILE"] == "large"
    assert given["LEAP_KG_IMAGE"] == "pangeo/pytorch-notebook:2026.06.04"
    assert given["LEAP_KG_KERNEL"] == "python3"
    assert json.loads(given["LEAP_KG_CHOICES"]) == {"image": "pytorch"}
    assert not {name for name in given if "PASSWORD" in name}
    assert re.search(r"^\d+\.\d\d °C on average", said, re.MULTILINE)
    assert "Example sea" in said
    assert re.search(r"^2024-12  \d+\.\d\d °C", said, re.MULTILINE)
    assert given["LEAP_KG_TOKEN"] not in hub.said.read_text()


def test_the_link_of_a_notebooks_page_opens_it_on_a_hub(hub: Hub, lab_home: Home, tmp_path: Path) -> None:
    """Taken from the page, with a repository of this machine in place of that on GitHub."""
    if shutil.which("git") is None:
        pytest.skip("git is not on the PATH")
    reading = Site(Settings(home=lab_home.path)).revision().reading
    page = NamedNode("https://github.com/example-lab/rain-and-warmth/blob/main/rain-and-warmth.ipynb")
    (launch,) = launches_of(reading, page)
    link = urlsplit(launch.places[0].path)
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert launch.places[0].label == "Open on Example research hub (Small, Pangeo Notebook (2026.06.04))"
    assert (link.path, asked["repo"]) == (
        "/hub/user-redirect/git-pull",
        "https://github.com/example-lab/rain-and-warmth",
    )
    copy = tmp_path / "rain-and-warmth"
    shutil.copytree(declarations() / "examples/platform/repositories/example-lab__rain-and-warmth", copy)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q", "-b", asked["branch"]], ["add", "."], [*who, "commit", "-q", "-m", "All"]):
        subprocess.run(["git", "-C", str(copy), *command], check=True, timeout=60)
    hub.running("ada")
    place = f"{hub.address}/user/ada"
    given = {**asked, "repo": copy.as_uri()}
    assert hub.session.get(f"{place}/git-pull", params=given, timeout=60).status_code == 200
    pulled = hub.session.get(f"{place}/git-pull/api", params={**given, "targetpath": copy.name}, timeout=60)
    assert '"phase": "finished"' in pulled.text
    opened = asked["urlpath"].removeprefix("lab/tree/")
    assert hub.session.get(f"{place}/api/contents/{opened}", timeout=60).json()["type"] == "notebook"


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "huge"},
        {"profile": "small", "image": "docker.io/evil/image:1"},
        {"image": {"cmd": ["sh"]}},
        {"cmd": "sh", "args": "-c id"},
        {"environment": "unknown"},
    ],
    ids=["profile", "image", "object", "spawner", "option"],
)
def test_what_is_not_offered_is_a_bad_request(hub: Hub, options: dict[str, object]) -> None:
    answer = hub.start("bob", options)
    assert answer.status_code == 400
    assert hub.api("GET", "/users/bob").json()["servers"] == {}


def test_tokens_of_the_hub_do_what_its_groups_allow(hub: Hub) -> None:
    def token(user: str) -> str:
        hub.api("POST", f"/users/{user}")
        return str(hub.api("POST", f"/users/{user}/tokens", json={"expires_in": 600}).json()["token"])

    def write(text: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {text}", "Content-Type": "text/turtle"}
        body = "<https://example.org/s> <http://purl.org/dc/terms/title> 'Written' ."
        place = {"graph": f"{BASE}graph/source/by-hand"}
        return requests.put(f"{hub.graph}/graph-store", body, params=place, headers=headers, timeout=60)

    ask = f"{hub.graph}/sparql?query=ASK%7B%7D"
    assert requests.get(ask, timeout=60).status_code == 401
    assert requests.get(ask, headers={"Authorization": "Bearer nobody"}, timeout=60).status_code == 401
    eve = token("eve")
    assert requests.get(ask, headers={"Authorization": f"Bearer {eve}"}, timeout=60).json()["boolean"] is True
    assert write(eve).status_code == 403
    # What was answered for a token counts for a minute at the most; that of another token is looked up.
    hub.api("POST", f"/groups/{ADMINS}/users", json={"users": ["eve"]})
    admitted = token("eve")
    assert write(admitted).status_code in (201, 204)
    hub.api("DELETE", f"/groups/{ADMINS}/users", json={"users": ["eve"]})
    assert write(token("eve")).status_code == 403
    assert eve not in hub.said.read_text()
    assert admitted not in hub.said.read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def signed_in(browser: Browser, hub: Hub, name: str, path: str) -> tuple[BrowserContext, Page]:
    """A browser that came to a page of leap-kg and was sent to the hub to sign in."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{hub.graph}{path}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(hub.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{hub.graph}{path}")
    return context, page


def test_a_curator_in_a_browser(browser: Browser, hub: Hub, lab_home: Home) -> None:
    context, page = signed_in(browser, hub, "curator", "/curation?show=published")
    strange: list[str] = []
    page.on("requestfailed", lambda one: strange.append(one.url))
    page.on("response", lambda one: strange.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    expect(page.get_by_text("(curator) on the hub")).to_be_visible()
    case = page.locator("[data-case]").first
    link = case.locator("input[name=link]").get_attribute("value")
    case.get_by_role("button", name=re.compile("^Agree")).click()
    expect(case.locator("[data-said]")).to_have_text("Agreed")
    verdicts = all_verdicts(Site(Settings(home=lab_home.path)).revision().reading.snapshot.store, BASE)
    assert [(each.link, each.word, each.curator.name) for each in verdicts] == [(link, "accepted", "curator")]
    page.get_by_label("Search the graph").press_sequentially("sst")
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(f"^{re.escape(hub.graph)}/[a-z]"))
    # A page of a server of somebody on this hub fetches ours: it gets no form that it could send.
    fetched = page.evaluate("fetch(location.pathname.replace(/kg.*/, 'kg/curation')).then((one) => one.text())")
    assert "(curator) on" in fetched
    assert "/curation/verdict" not in fetched
    assert strange == []
    page.goto(f"{hub.graph}/curation")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/hub/log(in|out)"))
    page.goto(f"{hub.graph}/curation")
    page.wait_for_url(re.compile("/hub/login"))
    context.close()


def test_an_ordinary_user_in_a_browser(browser: Browser, hub: Hub) -> None:
    context, page = signed_in(browser, hub, "kim", "/curation?show=published")
    expect(page.get_by_text("Signed in as kim on the hub")).to_be_visible()
    assert page.locator("form[action*=verdict]").count() == 0
    page.get_by_role("link", name="Sign in to decide").click()
    expect(page.get_by_text(f"in neither of its groups {CURATORS}")).to_be_visible()
    refused = context.request.post(f"{hub.graph}/curation/verdict", form={"word": "accepted", "link": f"{BASE}link/x"})
    assert refused.status == 403
    page.goto(f"{hub.address}/hub/spawn")
    page.get_by_label("Large").check()
    page.locator("select[name='large.image']").select_option("pytorch")
    assert page.locator("select[name='small.image']").is_hidden()
    if AXE.is_file():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run('.kg-profiles', {resultTypes: ['violations']})")
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    page.get_by_role("button", name="Start").click()
    assert hub.ready("kim")["user_options"] == {"profile": "large", "image": "pytorch"}
    context.close()


def test_a_hub_that_is_killed_leaves_nothing_behind(lab_home: Home, tmp_path: Path) -> None:
    need_hub()
    with running_hub(lab_home.path, tmp_path / "run") as hub:
        family = below(hub.process.pid)
        (killed,) = [pid for pid, command in family.items() if "-m jupyterhub" in command]
        assert len(family) > 3
        os.kill(killed, signal.SIGKILL)
        assert hub.process.wait(30) != 0
        until = time.monotonic() + 10
        while alive(family) and time.monotonic() < until:
            time.sleep(0.1)
        assert alive(family) == set()
