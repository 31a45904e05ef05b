"""A recipe that is to be run on the cluster: a Job for one state of a feedstock and what it is given, or a CronJob.

The feedstock is fetched at a commit, so the name of the Job, which is made of all that it does, stands for the code and
its inputs. Running the same again means saying so, by another `turn`.
Hazard: a recipe is a program; it has the home's volume, no rights on the cluster, and only the variables granted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.hub.objects.manifest import Manifest
from leap_kg.hub.objects.pods import CLAIM, HOME, claimed, container, cronjob, job, labels, mount, pod
from leap_kg.ingest.leap.naming import record_path
from leap_kg.ingest.leap.recipes import recipe_node

_FOLDER, _STORES = "/feedstock", "/stores"
_GRACE_SECONDS = 60
_FETCH = (
    "git -C {folder} init -q && git -C {folder} fetch -q --depth 1 {address} {commit} && "
    "git -C {folder} checkout -q FETCH_HEAD"
)


@dataclass(frozen=True, slots=True)
class RecipeJob:
    """One recipe of a feedstock (`owner/name` on GitHub) at a commit, and how it is run; once, or on a `schedule`.

    `stores` is a claim that the stores go to; without, they go to the home, which `claim` is. `secret` names a Secret
    of which the variables in `grants` reach the recipe.
    """

    name: str
    namespace: str
    feedstock: str
    commit: str
    recipe: str
    image: str
    claim: str = CLAIM
    runner: str = "dask"
    workers: int = 2
    prune: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0
    schedule: str = ""
    stores: str = ""
    secret: str = ""
    grants: tuple[str, ...] = ()
    memory: str = "4Gi"
    after: tuple[str, ...] = ()

    def node(self, base: str) -> NamedNode:
        """What it is in the graph: the recipe."""
        return recipe_node(self.recipe, record_path(f"https://github.com/{self.feedstock}"), base)


def recipe_of(value: Mapping[str, Any]) -> RecipeJob:
    """The recipe that a file of releases declares, if it holds to its schema."""
    plain = {each.name for each in fields(RecipeJob)} - {"settings", "grants", "after"}
    return RecipeJob(
        **{key: given for key, given in value.items() if key in plain},
        settings=value.get("set", {}),
        grants=tuple(value.get("grants", ())),
        after=tuple(value.get("after", ())),
    )


def recipe_objects(recipe: RecipeJob, base: str) -> Iterator[Manifest]:
    """The Job that runs it, or the CronJob."""
    marks = labels("recipe", recipe=recipe.name)
    env = {"LEAP_KG_HOME": HOME, "LEAP_KG_BASE": base, "HOME": "/tmp"}  # noqa: S108 - of the container
    address = f"https://github.com/{recipe.feedstock}"
    fetch = _FETCH.format(folder=_FOLDER, address=address, commit=recipe.commit)
    first = [
        container(
            "fetch", recipe.image, command=("sh", "-ec"), args=(fetch,), env=env, mounts=[mount("feedstock", _FOLDER)]
        ),
        container(
            "set-up", recipe.image, args=("leap-kg", "recipe", "setup", "--runner", recipe.runner), env=env,
            mounts=[mount("home", HOME)],
        ),
    ]  # fmt: skip
    mounts = [mount("home", HOME), mount("feedstock", _FOLDER, readonly=True)]
    volumes: list[Manifest] = [claimed("home", recipe.claim), {"name": "feedstock", "emptyDir": {}}]
    if recipe.stores:
        mounts.append(mount("stores", _STORES))
        volumes.append(claimed("stores", recipe.stores))
    run = container(
        "recipe", recipe.image, args=_arguments(recipe), env=env, secret=recipe.secret, mounts=mounts,
        memory=(recipe.memory, recipe.memory),
    )  # fmt: skip
    runs = pod([run], volumes, first=first, grace=_GRACE_SECONDS, near=True)
    if not recipe.schedule:
        yield job(f"recipe-{recipe.name}", recipe.namespace, marks, runs, turn=recipe.turn)
        return
    made = cronjob(f"recipe-{recipe.name}", marks, runs, recipe.schedule)
    made["metadata"]["namespace"] = recipe.namespace
    yield made


def _arguments(recipe: RecipeJob) -> Iterator[str]:
    yield from ("leap-kg", "recipe", "run", _FOLDER, "--as", recipe.feedstock, "--recipe", recipe.recipe)
    yield from ("--runner", recipe.runner, "--workers", str(recipe.workers), "--prune", str(recipe.prune))
    for name, value in sorted(recipe.settings.items()):
        yield from ("--set", f"{name}={value}")
    for name in recipe.grants:
        yield from ("--grant", name)
    if recipe.stores:
        yield from ("--target", _STORES)
