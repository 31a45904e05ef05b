"""Where a request is on its way from asked to published, concluded from all that is known of it.

Nobody types a status twice: what the graph knows decides, and these win in this order.

1. A curator who declined it. Nothing else takes that back but the curator.
2. The data. Datasets and stores that answer it: published if one can be read, in progress if one has no store yet or
   is not checked, retracted or failed if that is all there is. A dataset answers if a curator or a source says so, if
   it or its feedstock names the issue, or if it is had from the very address that was asked for.
3. Its parts: of a list of CMIP6 instances, published when none waits any more.
4. What people say: the word that is farthest along, of curators, of the issue (open, closed, labels) and of files.
   "Declined" counts before "asked" and after all that says somebody is at it.
5. Code that names the issue, such as a feedstock: then it is in progress at least.
6. Without any of these it is asked, or suspended where a list has taken it out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

ASKED, SUSPENDED, DECLINED, ACCEPTED, IN_PROGRESS, PUBLISHED, RETRACTED, FAILED = WORDS = (
    "asked",
    "suspended",
    "declined",
    "accepted",
    "in-progress",
    "published",
    "retracted",
    "failed",
)
"""The states of requests, by the ends of their IRIs."""
SAYABLE = (ASKED, SUSPENDED, DECLINED, ACCEPTED, IN_PROGRESS, PUBLISHED)
"""What somebody may say of a request, the farthest along last; retracted and failed follow from data alone."""
DECIDABLE = (ACCEPTED, IN_PROGRESS, PUBLISHED, DECLINED)
"""What a curator may decide."""

_BEST = (PUBLISHED, IN_PROGRESS, RETRACTED, FAILED)
_OVER = frozenset({PUBLISHED, RETRACTED, DECLINED, SUSPENDED})


@dataclass(slots=True)
class Evidence:
    """What is known of one request.

    `curated` is a curator's word (`""`: none), `said` those of all others. `answers` are datasets and stores with their
    state, `code` what names the issue, `parts` how many parts there are of each state.
    """

    curated: str = ""
    said: set[str] = field(default_factory=set)
    answers: dict[NamedNode, str] = field(default_factory=dict)
    code: set[NamedNode] = field(default_factory=set)
    parts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request is, and why, in a sentence."""

    word: str
    why: str


def standing(known: Evidence) -> Standing:
    """The conclusion from all evidence."""
    if known.curated == DECLINED:
        return Standing(DECLINED, "A curator declined it.")
    if known.answers:
        return _by_data(known.answers)
    if known.parts:
        return _by_parts(known.parts)
    said = {word for word in {known.curated, *known.said} if word in SAYABLE}
    word = max(said, key=SAYABLE.index, default=ASKED)
    if known.code and SAYABLE.index(word) < SAYABLE.index(IN_PROGRESS):
        return Standing(IN_PROGRESS, "Code names the issue, and no dataset of it is known yet.")
    if word == known.curated:
        return Standing(word, "A curator says so.")
    return Standing(word, _SAID[word])


_SAID = {
    ASKED: "Nothing says that somebody has begun.",
    SUSPENDED: "The list that asked for it has taken it out.",
    DECLINED: "Those who keep the list of requests closed it without data.",
    ACCEPTED: "Those who keep the list of requests accepted it.",
    IN_PROGRESS: "Those who keep the list of requests say that somebody is at it.",
    PUBLISHED: "Those who keep the list of requests closed it as done; which data answer it is not known.",
}


def data_state(states: Iterable[str]) -> str:
    """The state of a dataset by those of its stores: the best; in progress if it has none."""
    found = set(states)
    return next((word for word in _BEST if word in found), IN_PROGRESS)


_ONE = {
    PUBLISHED: "What answers it can be read.",
    IN_PROGRESS: "What answers it has no store yet, or is not checked.",
    RETRACTED: "What answers it was retracted.",
    FAILED: "What answers it cannot be read.",
}


def _by_data(answers: Mapping[NamedNode, str]) -> Standing:
    word = data_state(answers.values())
    if len(answers) == 1:
        return Standing(word, _ONE[word])
    counted = _counted(Counter(answers.values()))
    return Standing(word, f"Of {len(answers)} datasets or stores that answer it: {counted}.")


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[word]} {word.replace('-', ' ')}" for word in WORDS if counts[word])


def _by_parts(parts: Counter[str]) -> Standing:
    why = f"Of {parts.total()} that it asks for: {_counted(parts)}."
    begun = parts[PUBLISHED] + parts[RETRACTED] + parts[IN_PROGRESS] + parts[FAILED]
    if parts[PUBLISHED] and set(parts) <= _OVER:
        return Standing(PUBLISHED, why)
    if begun:
        return Standing(IN_PROGRESS if parts[PUBLISHED] or parts[IN_PROGRESS] else data_state(parts), why)
    return Standing(max((word for word in parts if word in SAYABLE), key=SAYABLE.index, default=ASKED), why)
