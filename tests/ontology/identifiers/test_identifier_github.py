"""GitHub repositories, files and logins: the spellings that occur, real ones among them, and what is refused."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import File, Login, Refusal, Repository, github

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
GODAS = "https://github.com/leap-stc/godas"


@pytest.mark.parametrize(
    "text",
    [
        "leap-stc/GODAS",
        "Leap-STC/godas.git",
        "github.com/leap-stc/GODAS",
        "github:leap-stc/GODAS",
        "https://github.com/leap-stc/GODAS",
        "http://www.github.com/leap-stc/GODAS/",
        "https://GitHub.com/leap-stc//GODAS.git?tab=readme#usage",
        "git@github.com:leap-stc/GODAS.git",
        "ssh://git@github.com/leap-stc/GODAS.git",
        "ssh://git@github.com:22/leap-stc/GODAS",
        "ssh://git@github.com:leap-stc/GODAS.git",
        "git://github.com/leap-stc/GODAS.git",
        "git+https://github.com/leap-stc/GODAS@v1.0#egg=godas",
        "git+ssh://git@github.com/leap-stc/GODAS.git@main",
        "https://github.com/leap-stc/GODAS/issues/12",
        "https://github.com/leap-stc/GODAS/blob/main/feedstock/meta.yaml#L3",
        "https://raw.githubusercontent.com/leap-stc/GODAS/main/feedstock/meta.yaml",
        "https://api.github.com/repos/leap-stc/GODAS/contents/feedstock?ref=main",
        "https://codeload.github.com/leap-stc/GODAS/zip/refs/heads/main",
        "https://github.com/leap%2Dstc/GODAS",
    ],
)
def test_all_spellings_of_one_repository_are_one_node(text: str) -> None:
    repository = github.parse_repository(text)
    assert isinstance(repository, Repository)
    assert repository.iri == GODAS
    assert repository.key == repository.value == "leap-stc/godas"


def test_the_written_case_is_kept_beside_the_key() -> None:
    repository = github.parse_repository("https://github.com/Leap-STC/GODAS.git")
    assert repository == Repository("Leap-STC", "GODAS")
    assert isinstance(repository, Repository)
    assert repository.display == "Leap-STC/GODAS"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no GitHub address"),
        ("GODAS", "names no repository"),
        ("https://github.com/leap-stc", "names no repository"),
        ("https://github.com/orgs/leap-stc/teams", "page of GitHub itself"),
        ("https://github.com/settings/tokens", "page of GitHub itself"),
        ("marketplace/actions", "page of GitHub itself"),
        ("topics/zarr", "page of GitHub itself"),
        ("https://github.com/features/actions", "page of GitHub itself"),
        ("https://gitlab.com/leap-stc/GODAS", "not the address of a repository"),
        ("https://gist.github.com/rabernat/1234", "not the address of a repository"),
        ("https://github.com.evil.org/a/b", "not the address of a repository"),
        ("https://token@github.com/leap-stc/GODAS", "token"),
        ("https://user:hunter2@github.com/leap-stc/GODAS", "token"),
        ("a/b/c", "not an address on GitHub"),
        ("gs://leap-persistent/x", "not an address on GitHub"),
        ("javascript:alert(1)/x", "not a GitHub login"),
        ("leap-stc/<FEEDSTOCK_NAME>", "placeholder"),
        ("https://github.com/leap-stc/${name}", "placeholder"),
        ("leap-stc/..", "characters that GitHub does not allow"),
        ("leap-stc/.git", "characters that GitHub does not allow"),
        ("leap-stc/" + "a" * 101, "characters that GitHub does not allow"),
        ("-leap/GODAS", "not a GitHub login"),
        ("a" * 40 + "/GODAS", "not a GitHub login"),
        ("leap/GOD%2FAS", "characters that GitHub does not allow"),
        ("\u212aeep/GODAS", "not a GitHub login"),
    ],
)
def test_what_is_no_repository_is_refused(text: str, reason: str) -> None:
    refusal = github.parse_repository(text)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert "hunter2" not in repr(refusal)


REPOSITORY = Repository("leap-stc", "GODAS")


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (
            "https://github.com/leap-stc/GODAS/blob/main/feedstock/meta.yaml",
            File(REPOSITORY, "main", "feedstock/meta.yaml"),
        ),
        (
            "https://raw.githubusercontent.com/leap-stc/GODAS/refs/heads/main/feedstock/meta.yaml",
            File(REPOSITORY, "main", "feedstock/meta.yaml"),
        ),
        (
            "https://github.com/leap-stc/GODAS/raw/refs/tags/v1/meta.yaml?token=A",
            File(REPOSITORY, "v1", "meta.yaml"),
        ),
        (
            "https://github.com/leap-stc/GODAS/blob/62a5fb6/a%20b/[x].py?plain=1#L10-L20",
            File(REPOSITORY, "62a5fb6", "a b/[x].py", 10),
        ),
        (
            "https://github.com/leap-stc/GODAS/blame/main/x.py#L7C3",
            File(REPOSITORY, "main", "x.py", 7),
        ),
        (
            "https://github.com/leap-stc/GODAS/blob/feature%2Fx/{{cookiecutter}}/m.yaml",
            File(REPOSITORY, "feature/x", "{{cookiecutter}}/m.yaml"),
        ),
        ("https://github.com/leap-stc/GODAS/tree/main", File(REPOSITORY, "main", "", folder=True)),
        ("github.com/leap-stc/GODAS/tree/main/feedstock/", File(REPOSITORY, "main", "feedstock", folder=True)),
    ],
)
def test_files_and_folders(text: str, file: File) -> None:
    assert github.parse_file(text) == file


def test_the_addresses_of_a_file_keep_the_written_case_and_its_iri_does_not() -> None:
    file = github.parse_file("https://github.com/Leap-STC/GODAS/blob/Main/Feedstock/a b.yaml#L3")
    assert isinstance(file, File)
    assert file.blob_url == "https://github.com/Leap-STC/GODAS/blob/Main/Feedstock/a%20b.yaml#L3"
    assert file.raw_url == "https://raw.githubusercontent.com/Leap-STC/GODAS/Main/Feedstock/a%20b.yaml"
    assert file.iri == "https://github.com/leap-stc/godas/blob/Main/Feedstock/a%20b.yaml"


def test_a_folder_has_no_raw_address() -> None:
    folder = github.parse_file("https://github.com/leap-stc/GODAS/tree/main/feedstock")
    assert isinstance(folder, File)
    assert folder.raw_url is None
    assert folder.blob_url == "https://github.com/leap-stc/GODAS/tree/main/feedstock"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("leap-stc/GODAS", "not a file"),
        ("https://github.com/leap-stc/GODAS/issues/1", "not a file"),
        ("https://github.com/leap-stc/GODAS/blob/main", "names no file"),
        ("https://github.com/leap-stc/GODAS/blob/main/../x", "`..`"),
        ("https://github.com/leap-stc/GODAS/blob/main/%2e%2e/x", "`..`"),
        ("https://github.com/leap-stc/GODAS/blob/ma%20in/x", "git does not allow"),
        ("https://github.com/leap-stc/GODAS/blob/main/a%00b", "control character"),
        ("https://github.com/settings/GODAS/blob/main/x", "page of GitHub itself"),
    ],
)
def test_what_is_no_file_is_refused(text: str, reason: str) -> None:
    refusal = github.parse_file(text)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason


names = st.text(st.characters(categories=["L", "N", "P", "S"]) | st.just(" "), min_size=1, max_size=12).filter(
    lambda name: "/" not in name and name not in {".", ".."}
)


@given(st.lists(names, min_size=1, max_size=4).map("/".join), st.none() | st.integers(1, 99_999))
def test_a_file_is_read_back_from_its_page_and_from_its_bytes(path: str, line: int | None) -> None:
    file = File(REPOSITORY, "main", path, line)
    assert github.parse_file(file.blob_url) == file
    assert github.parse_file(file.raw_url or "") == File(REPOSITORY, "main", path)


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("jbusecke", "jbusecke"),
        ("@mitraA90", "mitraa90"),
        ("https://github.com/norlandrhagen", "norlandrhagen"),
        ("github.com/SammyAgrawal/?tab=repositories", "sammyagrawal"),
        ("https://api.github.com/users/rabernat", "rabernat"),
        ("sarika-debruyn", "sarika-debruyn"),
        ("jane_acme", "jane_acme"),
    ],
)
def test_logins(text: str, login: str) -> None:
    parsed = github.parse_login(text)
    assert parsed == Login(login)
    assert isinstance(parsed, Login)
    assert parsed.iri == f"https://github.com/{login}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "-a",
        "a-",
        "a--b",
        "a b",
        "Julius Busecke",
        "a.b",
        "a" * 40,
        "settings",
        "https://github.com/orgs",
        "https://github.com/leap-stc/GODAS",
        "https://raw.githubusercontent.com/rabernat",
        "https://example.org/rabernat",
        "dependabot[bot]",
        "\u212aate",
    ],
)
def test_what_is_no_login_is_refused(text: str) -> None:
    assert isinstance(github.parse_login(text), Refusal)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real feedstocks are not beside this checkout")
def test_every_real_address_and_login_is_read() -> None:
    found = 0
    for path in sorted(DATA.glob("feedstocks/*/feedstock/*.yaml")):
        text = path.read_text(encoding="utf-8")
        for address in re.findall(r"https://github\.com/\S+?/blob/[^\s\"']+", text):
            assert isinstance(github.parse_file(address), File), (path, address)
            found += 1
        for login in re.findall(r"^\s*github:\s*['\"]?([^'\"\s]+)", text, re.MULTILINE):
            assert isinstance(github.parse_login(login), Login), (path, login)
            found += 1
    assert found > 50
