"""Links that start a hub, read and written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.environments.launching import Launch, parse_launch

GITHUB = "https://github.com/leap-stc/x"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://mybinder.org/v2/gh/leap-stc/x/main?labpath=a%2Fb.ipynb",
            Launch("binder", "https://mybinder.org", "gh", GITHUB, "main"),
        ),
        (
            "https://binder.projectpythia.org/v2/gh/leap-stc/x/feature%2Fy",
            Launch("binder", "https://binder.projectpythia.org", "gh", GITHUB, "feature/y"),
        ),
        (
            "https://mybinder.org/v2/gh/leap-stc/x/main?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fa%252Fb",
            Launch("binder", "https://mybinder.org", "gh", GITHUB, "main", "https://github.com/a/b"),
        ),
        (
            "https://mybinder.org/v2/zenodo/10.5281/zenodo.7/",
            Launch("binder", "https://mybinder.org", "zenodo", "10.5281/zenodo.7"),
        ),
        (
            "https://leap.2i2c.cloud/hub/user-redirect/git-pull?repo=https%3A//github.com/leap-stc/x.git&branch=main",
            Launch("hub", "https://leap.2i2c.cloud", "git-pull", GITHUB, "main"),
        ),
        (
            "https://h.org/base/hub/user-redirect/git-pull?repo=https://github.com/leap-stc/x",
            Launch("hub", "https://h.org/base", "git-pull", GITHUB),
        ),
        ("https://example.org/v2/gh/leap-stc/x/main", None),
        ("https://mybinder.org/badge_logo.svg", None),
        ("https://h.org/hub/user-redirect/git-pull?repo=file:///etc", None),
        (
            "https://h.org/hub/user-redirect/git-pull?repo=https://github.com/leap-stc/x%26amp%3Bbranch=main",
            Launch("hub", "https://h.org", "git-pull", GITHUB),
        ),
        ("https://https//h.org/hub/user-redirect/git-pull?repo=https://github.com/leap-stc/x", None),
        ("https://[mybinder.org/v2/gh/a/b/c", None),
    ],
    ids=[
        "binder",
        "ref",
        "content",
        "zenodo",
        "hub",
        "base",
        "no-binder",
        "badge",
        "file",
        "escaped",
        "twice",
        "no-host",
    ],
)
def test_a_link_names_hub_repository_and_ref(url: str, expected: Launch | None) -> None:
    assert parse_launch(url) == expected


NAMES = st.from_regex(r"\A[a-z0-9]{1,4}(?:-[a-z0-9]{1,3}){0,2}\Z")  # GitHub has no two hyphens in a row


@settings(max_examples=50)
@given(
    st.sampled_from(["binder", "hub"]),
    NAMES,
    NAMES,
    st.from_regex(r"\A(?:[a-z][a-z0-9._-]{0,8}(?:/[a-z]{1,5})?)?\Z"),
    st.booleans(),
)
def test_the_address_of_a_launch_is_read_as_the_same_launch(
    service: str, owner: str, name: str, ref: str, pulls: bool
) -> None:
    kind = "gh" if service == "binder" else "git-pull"
    content = f"https://github.com/{name}/{owner}" if service == "binder" and pulls else ""
    launch = Launch(service, "https://hub.binder.org", kind, f"https://github.com/{owner}/{name}", ref, content)
    assert parse_launch(launch.address) == launch


@settings(max_examples=50)
@given(st.text("abc/?&=%:.25@[]#", max_size=60))
def test_any_address_is_read_or_none(text: str) -> None:
    for start in ("https://mybinder.org/v2/gh/", "https://h.org/hub/user-redirect/git-pull?repo=https://"):
        launch = parse_launch(start + text)
        assert launch is None or launch.address.startswith("https://")
