"""Feedstocks behind addresses: git's own server on loopback, and repositories and servers that mean harm."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.checkout import read_checkout
from leap_kg.ingest.recipes.cloning import NotCloned, cloned
from leap_kg.ingest.recipes.git import Limits
from leap_kg.ingest.recipes.origin import origin_of
from leap_kg.ingest.recipes.staging import Busy
from tests.ingest.hostile_server import Exchange, HostileServer, serving
from tests.ingest.recipes.conftest import RECIPES, Sources
from tests.ingest.recipes.gitserver import committed, git, offer
from tests.ingest.recipes.test_running import asked, leap_kg, run
from tests.processes import alive, below

NAME = "example-lab/sea-surface-feedstock"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A feedstock, committed once."""
    shutil.copytree(RECIPES / "sea-surface", tmp_path / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    committed(tmp_path / "lab")
    return tmp_path / "lab"


def clone(server: HostileServer, url: str, home: Path, ref: str = "", limits: Limits | None = None) -> Path:
    """Clone into a home and leave the checkout there."""
    origin = origin_of(url, ref)
    assert origin is not None
    with cloned(Home(home), origin, frozenset({server.host}), lambda line: None, limits or Limits()) as folder:
        return folder


def refused(server: HostileServer, url: str, home: Path, ref: str = "", limits: Limits | None = None) -> str:
    """What is said of an address that is not cloned; nothing is left in the home."""
    with pytest.raises(NotCloned) as raised:
        clone(server, url, home, ref, limits)
    assert not [each for each in home.rglob("*") if each.name == "checkout" or each.name.startswith("new-")]
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("ref", ["", "dev", "lab/new", "v1", "commit"])
def test_one_commit_of_what_was_asked_for_is_cloned(ref: str, lab: Path, server: HostileServer, tmp_path: Path) -> None:
    first = git(lab, "rev-parse", "HEAD")
    git(lab, "tag", "--annotate", "--message", "one", "v1")
    for branch in ("dev", "lab/new"):
        git(lab, "checkout", "--quiet", "-b", branch)
        (lab / "branch").write_text(branch)
        committed(lab)
    git(lab, "checkout", "--quiet", "main")
    (lab / "branch").write_text("main")
    committed(lab)
    found = clone(server, offer(server, lab, "/lab/one"), tmp_path / "home", first if ref == "commit" else ref)
    wanted = {"": "main", "commit": first}.get(ref, ref)
    checkout = read_checkout(found, NAME)
    assert checkout.commit is not None
    assert (checkout.commit.name, checkout.commit.clean) == (git(lab, "rev-parse", f"{wanted}^{{commit}}"), True)
    assert checkout.digest == read_checkout(lab).digest
    assert git(found, "rev-list", "--all", "--count") == "1"
    assert (found / "branch").exists() is (ref not in ("v1", "commit"))


def test_what_comes_next_takes_the_place_of_what_was_there(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    url = offer(server, lab, "/lab/one")
    before = clone(server, url, tmp_path / "home")
    (lab / "feedstock" / "extra.py").write_text("")
    (lab / "feedstock" / "catalog.yaml").unlink()
    committed(lab)
    after = clone(server, url, tmp_path / "home")
    assert after == before
    assert (after / "feedstock" / "extra.py").exists()
    assert not (after / "feedstock" / "catalog.yaml").exists()
    # What cannot be cloned leaves what was there.
    with pytest.raises(NotCloned):
        clone(server, url, tmp_path / "home", "nowhere")
    assert (after / "feedstock" / "extra.py").exists()


def test_one_at_a_time_has_a_checkout(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    url = offer(server, lab, "/lab/one")
    origin = origin_of(url)
    assert origin is not None
    with cloned(Home(tmp_path / "home"), origin, frozenset({server.host}), lambda line: None):
        with pytest.raises(Busy, match="is being run or checked already"):
            clone(server, url, tmp_path / "home")
        clone(server, offer(server, lab, "/lab/other"), tmp_path / "home")
    clone(server, url, tmp_path / "home")


HOOK = "#!/bin/sh\ntouch {0}\n"
CONFIG = """
[init]
    templateDir = {0}/template
[core]
    hooksPath = {0}/template/hooks
    attributesFile = {0}/attributes
[filter "lab"]
    smudge = touch {0}/smudged; cat
    clean = touch {0}/cleaned; cat
    required = true
[filter "lfs"]
    smudge = touch {0}/fetched; cat
    clean = touch {0}/fetched; cat
[credential]
    helper = "!touch {0}/asked; echo username=me; echo password=TOPSECRET"
[url "ext::sh -c 'touch {0}/elsewhere' "]
    insteadOf = http://127.0.0.1
[protocol]
    allow = always
"""


def test_nothing_that_a_repository_or_our_own_git_is_set_up_for_is_started(
    lab: Path, server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = server.url("/inner")
    (lab / ".gitmodules").write_text(f'[submodule "inner"]\n\tpath = inner\n\turl = {inner}\n')
    (lab / ".gitattributes").write_text(
        "*.yaml filter=lab eol=crlf\n*.py filter=lfs\n*.txt ident working-tree-encoding=UTF-16\n"
    )
    (lab / "notes.txt").write_text("$Id$ é\n", encoding="utf-8")
    git(lab, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},inner")
    git(lab, "add", ".gitmodules")
    blob = subprocess.run(
        ["git", "-C", str(lab), "hash-object", "-w", "--no-filters", "notes.txt"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    git(lab, "update-index", "--add", "--cacheinfo", f"100644,{blob},notes.txt")
    git(lab, "update-index", "--add", ".gitattributes")
    git(lab, "commit", "--quiet", "--message", "two")
    ours = tmp_path / "ours"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "post-merge"):
        hook = ours / "template" / "hooks" / name
        hook.parent.mkdir(parents=True, exist_ok=True)
        hook.write_text(HOOK.format(ours / "hooked"))
        hook.chmod(0o755)
    (ours / ".gitconfig").write_text(CONFIG.format(ours))
    (ours / "attributes").write_text("* filter=lab\n")
    (ours / ".netrc").write_text("machine 127.0.0.1 login me password TOPSECRET\n")
    for name, value in (("HOME", str(ours)), ("GIT_ASKPASS", f"{ours}/template/hooks/post-merge"), ("GIT_TRACE", "1")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(ours))
    found = clone(server, offer(server, lab, "/lab/one"), tmp_path / "home")
    checkout = read_checkout(found, NAME)
    assert checkout.commit is not None
    assert checkout.commit.clean
    assert not {"hooked", "smudged", "cleaned", "fetched", "asked", "elsewhere"} & {
        each.name for each in ours.iterdir()
    }
    assert (found / "notes.txt").read_text(encoding="utf-8") == "$Id$ é\n"
    assert b"\r" not in (found / "feedstock" / "meta.yaml").read_bytes()
    assert list((found / "inner").iterdir()) == []
    assert server.asked.keys() == {"/lab/one/info/refs", "/lab/one/git-upload-pack"}

    def locked(exchange: Exchange) -> None:
        exchange.answer(401, WWW_Authenticate='Basic realm="lab"')

    server.page("/locked/info/refs", locked)
    assert "is no repository that everybody may read" in refused(server, server.url("/locked"), tmp_path / "other")
    assert not (ours / "asked").exists()
    assert not any("Authorization" in each for each in server.headers_seen)


@pytest.mark.parametrize("path", ["feedstock/meta.yaml", "feedstock/recipe.py", "feedstock"])
def test_links_are_not_followed(path: str, lab: Path, server: HostileServer, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    shutil.copytree(lab / "feedstock", secret)
    if path == "feedstock":
        shutil.rmtree(lab / path)
        (lab / path).symlink_to(secret)
    else:
        (lab / path).unlink()
        (lab / path).symlink_to("/etc/passwd")
    committed(lab)
    told = refused(server, offer(server, lab, "/lab/one"), tmp_path / "home")
    assert f"{path} is a link, and links are not followed" in told


def test_other_links_are_files_that_say_where_they_lead(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    for name in ("passwords", "setup.py"):
        (lab / name).symlink_to("/etc/passwd")
    committed(lab)
    found = clone(server, offer(server, lab, "/lab/one"), tmp_path / "home")
    assert not (found / "passwords").is_symlink()
    assert (found / "passwords").read_text() == "/etc/passwd"
    checkout = read_checkout(found, NAME)
    assert checkout.commit is not None
    assert checkout.commit.clean


def test_what_is_too_large_is_left_out(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    (lab / "noise").write_bytes(os.urandom(3 * 2**20))
    committed(lab)
    told = refused(server, offer(server, lab, "/lab/one"), tmp_path / "one", limits=Limits(size=2**20))
    assert "/lab/one is larger than 1 MiB: clone it yourself" in told
    # What is small on its way and large when it is here.
    (lab / "noise").write_bytes(bytes(64 * 2**20))
    git(lab, "commit", "--quiet", "--amend", "--all", "--message", "two")
    told = refused(server, offer(server, lab, "/lab/two"), tmp_path / "two", limits=Limits(size=2**20))
    assert "/lab/two is larger than 1 MiB" in told


def test_more_files_than_may_be_are_not_written(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    url = offer(server, lab, "/lab/one")
    assert "has more than 2 files" in refused(server, url, tmp_path / "home", limits=Limits(files=2))
    assert clone(server, url, tmp_path / "home", limits=Limits(files=3)).is_dir()


def test_a_tree_that_multiplies_is_not_written(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    """A few hundred bytes that stand for ten thousand million files."""

    def tree(lines: str) -> str:
        made = subprocess.run(
            ["git", "-C", str(lab), "mktree"], input=lines, check=True, capture_output=True, text=True
        )
        return made.stdout.strip()

    blob = git(lab, "rev-parse", "HEAD:feedstock/meta.yaml")
    found = tree("".join(f"100644 blob {blob}\tf{number}\n" for number in range(10)))
    for _ in range(9):
        found = tree("".join(f"040000 tree {found}\td{number}\n" for number in range(10)))
    commit = git(lab, "commit-tree", found, "-m", "many")
    git(lab, "update-ref", "refs/heads/main", commit)
    began = time.monotonic()
    told = refused(server, offer(server, lab, "/lab/one"), tmp_path / "home")
    assert "has more than 20000 files" in told
    assert time.monotonic() - began < 60  # the time that it may take has 120


def test_git_is_bound_and_ends_when_its_time_is_up(server: HostileServer, tmp_path: Path) -> None:
    bound: dict[int, str] = {}
    ours = os.getpid()

    def dripping(exchange: Exchange) -> None:
        for pid, command in below(ours).items():
            if "remote-http" in command:
                bound[pid] = Path(f"/proc/{pid}/limits").read_text()
        exchange.head(200, {"Content-Length": "2000"})
        for _ in range(1200):
            exchange.send(b"x")
            time.sleep(0.05)

    server.page("/lab/one/info/refs", dripping)
    began = time.monotonic()
    told = refused(server, server.url("/lab/one"), tmp_path / "home", limits=Limits(seconds=4, memory=3 * 2**30))
    assert "/lab/one takes longer than 4 s" in told
    assert time.monotonic() - began < 45  # the server has sixty
    assert bound
    for limits in bound.values():
        (memory,) = (line.split()[3] for line in limits.splitlines() if line.startswith("Max address space"))
        assert memory == str(3 * 2**30)
    until = time.monotonic() + 30  # a killed process takes a moment to go, on a busy machine
    while alive(bound) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(bound)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_a_command_that_is_stopped_leaves_no_git(
    number: signal.Signals, lab: Path, server: HostileServer, tmp_path: Path
) -> None:
    reached, ended = threading.Event(), threading.Event()

    def hold(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Length": "200"})
        reached.set()
        exchange.connection.settimeout(60)
        with suppress(ConnectionResetError):  # it went before it had read what was sent
            exchange.connection.recv(1)  # until the other end is gone
        ended.set()

    server.page("/lab/one/info/refs", hold)
    variables = {"LEAP_KG_HOME": str(tmp_path / "home"), "LEAP_KG_FETCH_PRIVATE_HOSTS": server.host}
    process = subprocess.Popen(
        [sys.executable, "-m", "leap_kg", "recipe", "run", server.url("/lab/one")],
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reached.wait(60)
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    assert process.returncode
    assert number == signal.SIGKILL or "stopped; nothing of this run is published" in told
    assert ended.wait(30)
    # What a killed one has left goes with the next.
    offer(server, lab, "/lab/one")
    clone(server, server.url("/lab/one"), tmp_path / "home")
    assert not list(tmp_path.rglob("new-*"))


@pytest.mark.parametrize(
    "place", ["http://{other}/lab/one/info/refs?service=git-upload-pack", "file:///etc/passwd", "ext::sh"]
)
def test_no_other_host_is_led_to(place: str, lab: Path, server: HostileServer, tmp_path: Path) -> None:
    with serving() as other:
        offer(other, lab, "/lab/one")

        def elsewhere(exchange: Exchange) -> None:
            exchange.answer(302, Location=place.format(other=other.host))

        for path in ("/lab/one", "/lab/one.git"):
            server.page(f"{path}/info/refs", elsewhere)
        told = refused(server, server.url("/lab/one"), tmp_path / "home")
        assert "leads to another address: open it in a browser" in told
        assert not other.asked


def test_an_address_that_only_lacks_its_ending_is_as_good(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    whole = offer(server, lab, "/lab/one.git")

    def elsewhere(exchange: Exchange) -> None:
        exchange.answer(301, Location=f"{whole}/info/refs?service=git-upload-pack")

    server.page("/lab/one/info/refs", elsewhere)
    found = clone(server, server.url("/lab/one"), tmp_path / "home")
    assert (found / "feedstock" / "meta.yaml").is_file()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "is no repository that everybody may read"),
        (403, "is no repository that everybody may read"),
        (429, "does not answer now: try again later"),
        (503, "does not answer now: try again later"),
        (200, "does not speak as git does"),
    ],
)
def test_what_a_server_answers_is_told_in_a_line(status: int, told: str, server: HostileServer, tmp_path: Path) -> None:
    server.page("/certificate/Connect/info/refs", lambda exchange: exchange.answer(status, b"<html>\n<body>\n"))
    assert told in refused(server, server.url("/certificate/Connect"), tmp_path / "home")


def test_what_is_not_there_is_told(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    url = offer(server, lab, "/lab/one")
    told = refused(server, url, tmp_path / "home", "nowhere")
    assert "/lab/one has no branch, tag or commit nowhere: check --ref; a commit has 40 digits" in told
    assert "has no branch, tag or commit" in refused(server, url, tmp_path / "home", "0123456789" * 4)
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    assert "has no commit yet" in refused(server, offer(server, tmp_path / "empty", "/lab/empty"), tmp_path / "home")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{bound.getsockname()[1]}"
        origin = origin_of(f"http://{host}/lab/one")
        assert origin is not None
        with (
            pytest.raises(NotCloned, match="cannot be reached"),
            cloned(Home(tmp_path / "home"), origin, frozenset({host}), lambda line: None),
        ):
            pass


def test_without_a_git_that_can_be_held_to_addresses_nothing_is_cloned(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed: install git 2.37" in refused(server, server.url("/lab"), tmp_path / "home")
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.36.6\n")
    old.chmod(0o755)
    assert "git version 2.36.6 is too old" in refused(server, server.url("/lab"), tmp_path / "home")
    assert not server.asked


def resolver(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_machines_that_are_not_public_are_not_asked(
    lab: Path, server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = offer(server, lab, "/lab/one")
    resolver(monkeypatch, "8.8.8.8", "127.0.0.1")
    for address, allowed, told in (
        (url, "", f"leads to 127.0.0.1, which is loopback: if that is meant, name `{server.host}`"),
        (f"https://data.example:{server.port}/lab/one", "", "leads to 127.0.0.1, which is loopback"),
        # Also where it may be asked, only this machine is asked without encryption.
        (f"http://data.example:{server.port}/lab/one", "data.example", "is not safe on its way here: write https"),
    ):
        origin = origin_of(address)
        assert origin is not None
        with (
            pytest.raises(NotCloned) as raised,
            cloned(Home(tmp_path / "home"), origin, frozenset({allowed} - {""}), lambda line: None),
        ):
            pass
        assert told in str(raised.value)
    assert not server.asked


def test_git_goes_to_the_machine_that_was_judged(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is needed to make a certificate")
    command = [
        openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=data.example",
        "-addext", "subjectAltName=DNS:data.example", "-keyout", "key.pem", "-out", "cert.pem",
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    # Nobody but us resolves this name: git could not find the machine by itself.
    resolver(monkeypatch, "127.0.0.1")
    with serving(context) as server:
        offer(server, lab, "/lab/one")
        origin = origin_of(f"https://data.example:{server.port}/lab/one")
        assert origin is not None
        allowed = frozenset({"data.example"})
        with (
            pytest.raises(NotCloned, match="has a certificate that is not accepted"),
            cloned(Home(tmp_path / "home"), origin, allowed, lambda line: None),
        ):
            pass
        assert not server.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with cloned(Home(tmp_path / "home"), origin, allowed, lambda line: None) as folder:
            assert read_checkout(folder, NAME).digest == read_checkout(lab).digest


def test_an_address_is_checked_as_a_folder_is(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    url = offer(server, lab, "/lab/one")
    done = leap_kg(Home(tmp_path / "home"), "check", url, LEAP_KG_FETCH_PRIVATE_HOSTS=server.host)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"## {NAME}\n")
    assert "1 feedstock, 1 with nothing that has to be mended" in done.stdout


@pytest.mark.all
def test_commands_say_of_an_address_what_they_say_of_a_folder(lab: Path, server: HostileServer, tmp_path: Path) -> None:
    home, url = Home(tmp_path / "home"), offer(server, lab, "/lab/one")
    allowed = {"LEAP_KG_FETCH_PRIVATE_HOSTS": server.host}
    # The files may say that they are anybody's.
    unnamed = leap_kg(home, "run", url, **allowed)
    assert unnamed.returncode == 3
    assert f"{url} says that it is {NAME}: if that is right, say so too, by --as {NAME}" in unnamed.stderr
    named = leap_kg(home, "run", url, "--as", NAME, **allowed)
    assert f"commit {git(lab, 'rev-parse', 'HEAD')}" in named.stderr
    assert "run `leap-kg recipe setup`" in named.stderr
    folder = leap_kg(home, "run", str(lab), "--ref", "main")
    assert folder.returncode == 2
    (lab / "feedstock" / "meta.yaml").unlink()
    (lab / "feedstock" / "catalog.yaml").unlink()
    committed(lab)
    none = leap_kg(home, "run", url, **allowed)
    assert none.returncode == 3
    assert f"{url} is no feedstock: it has neither feedstock/meta.yaml nor meta.yaml" in none.stderr
    assert leap_kg(home, "check", url, **allowed).returncode == 3
    assert str(home.path) not in none.stderr


def test_an_address_of_this_machine_is_refused_in_a_line(tmp_path: Path) -> None:
    done = leap_kg(Home(tmp_path), "run", "https://127.0.0.1/lab/one")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("if that is meant, name `127.0.0.1:443` in LEAP_KG_FETCH_PRIVATE_HOSTS\n")


@pytest.mark.all
@pytest.mark.timeout(600)
def test_from_an_address_to_what_the_graph_says(home: Home, sources: Sources, lab: Path, server: HostileServer) -> None:
    url, commit = offer(server, lab, "/lab/one"), git(lab, "rev-parse", "HEAD")
    options = ("--as", NAME, "--prune", "1", "--runner", "dask", "--set", f"SOURCE={sources.url('sea-surface')}")
    done = leap_kg(home, "run", url, "--json", *options, LEAP_KG_FETCH_PRIVATE_HOSTS=server.host)
    assert done.returncode == 0, done.stderr
    (made,) = json.loads(done.stdout)
    page = f"https://github.com/{NAME}/commit/{commit}"
    assert asked(home, f"SELECT ?run {{ ?run prov:used <{page}> }}") == [{"run": made["iri"]}]
    assert asked(home, f"SELECT ?store {{ ?set dcat:distribution ?store . <{made['iri']}> prov:generated ?store }}")
    # A run of the folder is one of the same recipe.
    again = run(home, lab, *options)
    assert (again["unchanged"], again["iri"]) == (True, made["iri"])
