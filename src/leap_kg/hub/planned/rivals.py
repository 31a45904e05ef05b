"""Whether something of ours runs a hub already in the other form: two controllers would undo each other's work."""

from collections.abc import Iterable, Mapping

from leap_kg.hub.objects.manifest import IRI, Key, Manifest, is_ours, key_of, uid_of
from leap_kg.hub.wanted.desired import Desired

_MEND = {
    "HelmRelease": "suspend it, so that Flux leaves the hub as it is, and delete it, or go on with --as helmrelease",
    "Application": "delete it without what it runs, as `kubectl delete` does, or go on with --as argocd",
}
"""For each form of a release, what to do about one that is in the way."""


def in_other_form(part: Desired, inventory: Iterable[Key]) -> list[Key]:
    """The releases of the inventory that could run a hub of this part in the other form."""
    wanted = {each.manifest["kind"] for each in part.objects} & _MEND.keys()
    return [key for key in inventory if wanted and key.kind in _MEND and key.kind not in wanted]


def rivals_of(part: Desired, lives: Mapping[Key, Manifest | None], inventory: Mapping[Key, str]) -> list[str]:
    """What runs a hub of this part already, in sentences: `lives` has the objects that `in_other_form` names.

    A problem begins with the name of the group that it is about, and a colon.
    """
    found = []
    for key in in_other_form(part, inventory):
        live = lives.get(key)
        if live is None or not (is_ours(live) or inventory[key] == uid_of(live)):
            continue
        runs = _hub(live)
        for each in part.objects:
            name = key_of(each.manifest).name
            if each.manifest["kind"] in _MEND and (runs == _hub(each.manifest) if runs else key.name == name):
                found.append(f"{each.group or name}: {key} runs this hub already: {_MEND[key.kind]}")
    return found


def _hub(manifest: Manifest) -> str:
    """What in the graph a release is for, `""` if its mark is gone."""
    return str((manifest["metadata"].get("annotations") or {}).get(IRI, ""))
