"""Hubs that the pages of a book start."""

from leap_kg.links.environments import read_environment

JUPYTER_BOOK = """title: B
repository:
  url: https://github.com/a/b
  branch: main
launch_buttons:
  binderhub_url: https://binder.projectpythia.org/
  jupyterhub_url: https://leap.2i2c.cloud
"""
MYST = """version: 1
project:
  github: https://github.com/a/b
  jupyter:
    binder:
      url: https://binder.projectpythia.org/
"""


def brief(text: str, path: str) -> list[tuple[str, float, int, str]]:
    found = read_environment(text.encode(), path)
    assert found.findings == ()
    return [(each.target, each.confidence, each.place.start, each.via) for each in found.signals]


def test_a_jupyter_book_starts_its_repository() -> None:
    pull = "https://leap.2i2c.cloud/hub/user-redirect/git-pull?repo=https://github.com/a/b&branch=main"
    assert brief(JUPYTER_BOOK, "book/_config.yml") == [
        ("https://binder.projectpythia.org/v2/gh/a/b/main", 0.95, 6, "launch_buttons.binderhub_url"),
        (pull, 0.95, 7, "launch_buttons.jupyterhub_url"),
    ]


def test_a_myst_book_starts_on_the_binder_it_names_or_the_public_one() -> None:
    assert brief(MYST, "myst.yml") == [
        ("https://binder.projectpythia.org/v2/gh/a/b", 0.95, 5, "project.jupyter.binder")
    ]
    public = "project:\n  github: a/b\n  jupyter:\n    binder: true\n"
    assert [each[0] for each in brief(public, "myst.yml")] == ["https://mybinder.org/v2/gh/a/b"]


def test_other_files_of_that_name_start_nothing() -> None:
    for text in ("title: a site\n", "launch_buttons: []\n", "- a\n", "project:\n  jupyter: local\n"):
        assert brief(text, "_config.yml") == []
        assert brief(text, "myst.yml") == []
    twice = JUPYTER_BOOK.replace("https://leap", "https://https://leap")
    assert [each[3] for each in brief(twice, "_config.yml")] == ["launch_buttons.binderhub_url"]
    assert [each.kind for each in read_environment(b"launch_buttons: [", "_config.yml").findings] == ["unreadable-file"]
