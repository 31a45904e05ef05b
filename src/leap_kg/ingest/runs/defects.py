"""What is said of an exception that no source should raise: where it arose, and who is to be told.

A source may come from another package, which knows nothing of ours: whoever reads the reason must not report it here.
"""

import traceback
from functools import cache
from importlib.metadata import packages_distributions

import structlog

from leap_kg.ingest.http.asking import shown
from leap_kg.ingest.source import Source

_OWN = "leap_kg"

log = structlog.get_logger(__name__)


def defect(problem: Exception, source: Source, key: str = "", page: str = "") -> str:
    """The reason for a dead letter or a failed run; the traceback is logged for LEAP_KG_LOG_LEVEL=debug.

    `page` is the address of a web page that the source was given, `""` if it was given none.
    """
    log.debug("defect", source=source.id, key=key, exc_info=problem)
    kind = type(source)
    package = kind.__module__.partition(".")[0]
    places = [
        (str(frame.f_globals.get("__name__", frame.f_code.co_filename)), line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(problem.__traceback__)
    ]
    # The innermost line of the source's own package is where to look; what it called may be anybody's.
    theirs = [place for place in places if place[0].partition(".")[0] == package]
    arose = ", ".join(f"{module} line {line} in {function}" for module, line, function in (theirs or places)[-1:])
    if not theirs:
        arose = f"{arose}, of what {kind.__module__}.{kind.__qualname__} gave".lstrip(", ")
    whose, whom = "leap-kg", "please report it"
    if package != _OWN:
        whose = f"the package {_distribution(package)}"
        whom = "please report it to its maintainers, not to those of leap-kg"
    told = f"{type(problem).__name__}: {problem} ({arose})"
    if page:
        return (
            f"a web page came where {whose} reads data, from {shown(page)}: open that address in a browser, and mend "
            f"it in the sources file, or try again once its host is well; if it is right, {whom}: {told}"
        )
    return f"a defect of {whose}, {whom}: {told}"


def _distribution(package: str) -> str:
    """What the package is called where it is installed from."""
    return next(iter(_distributions().get(package, ())), package)


@cache
def _distributions() -> dict[str, list[str]]:
    return {package: sorted(set(names)) for package, names in packages_distributions().items()}
