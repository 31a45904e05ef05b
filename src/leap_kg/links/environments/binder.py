"""Which files of a repository Binder builds its environment from, by the rules of repo2docker.

https://repo2docker.readthedocs.io/en/latest/config_files/ has them: a folder `binder` or `.binder` hides the files at
the root, and the first file in the order below decides what is built; some others are read beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FOLDERS = ("binder", ".binder")

_FIRST = (
    ("Dockerfile",), ("Project.toml", "JuliaProject.toml"), ("REQUIRE",), ("default.nix",),
    ("install.R", "DESCRIPTION"), ("environment.yml", "environment.yaml"), ("Pipfile.lock", "Pipfile"),
    ("requirements.txt", "pyproject.toml", "setup.py"),
)  # fmt: skip
_ALONE = ("Dockerfile", "default.nix")
_BESIDE = ("apt.txt", "postBuild", "start", "runtime.txt")
_INSTALLED = ("environment.yml", "environment.yaml", "requirements.txt")  # read by builders that come before theirs


@dataclass(frozen=True, slots=True)
class Build:
    """`main` is the path of the file that decides, `beside` the paths of those that are read with it.

    `ambiguous` says that there is both a `binder` and a `.binder`, which Binder refuses to build.
    """

    main: str
    beside: tuple[str, ...] = ()
    ambiguous: bool = False


def build_of(paths: Iterable[str], runtime: str = "") -> Build | None:
    """What Binder builds of a repository with the files `paths`; `None` if it names no environment.

    `runtime` is what `runtime.txt` says: one that begins with `r-` asks for R whatever else there is.
    """
    known = frozenset(paths)
    folders = [folder for folder in FOLDERS if any(path.startswith(f"{folder}/") for path in known)]
    if len(folders) > 1:
        return Build("", ambiguous=True)
    root = f"{folders[0]}/" if folders else ""
    main = next(filter(None, (_first(names, root, known, runtime) for names in _FIRST)), "")
    asked = f"{root}runtime.txt" if f"{root}runtime.txt" in known else ""
    if not main and not asked:
        return None
    if main.removeprefix(root) in _ALONE:
        return Build(main)
    beside = (f"{root}{name}" for name in (*_BESIDE, *_INSTALLED))
    return Build(main or asked, tuple(path for path in beside if path in known and path != (main or asked)))


def _first(names: tuple[str, ...], root: str, known: frozenset[str], runtime: str) -> str:
    """The path of the file by which one builder is chosen, `""` if it is not."""
    if "install.R" in names:
        # Only a date in runtime.txt, or the description of a package at the root, makes Binder install R as such.
        if runtime.strip().startswith("r-"):
            return f"{root}runtime.txt"
        return "DESCRIPTION" if not root and "DESCRIPTION" in known else ""
    # A package is installed from the root only where no folder hides it.
    fitting = (name for name in names if not root or name not in ("setup.py", "pyproject.toml"))
    return next((f"{root}{name}" for name in fitting if f"{root}{name}" in known), "")
