"""Plans against a model of a cluster: what a server would do with server-side apply, as far as a plan can see it."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.cli.hubplans import told_of
from leap_kg.hub.objects.differences import differences
from leap_kg.hub.objects.hiding import HIDDEN
from leap_kg.hub.objects.manifest import Key, Manifest, key_of, marked
from leap_kg.hub.planned.plan import Act, Conflict, Plan, Seen, planned_part
from leap_kg.hub.planned.pruning import TAKEN
from leap_kg.hub.planned.standing import standing_of
from leap_kg.hub.planned.whole import planned
from leap_kg.hub.wanted.desired import Desired, Wanted

KINDS = ("ConfigMap", "Secret", "HelmRelease", "Namespace", "PersistentVolumeClaim", "HelmRepository")
World = dict[Key, Manifest]

objects = st.builds(
    lambda kind, name, value: {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, **({} if kind == "Namespace" else {"namespace": "hub"})},
        "spec": {"value": value},
    },
    st.sampled_from(KINDS),
    st.sampled_from("abcdefgh"),
    st.integers(0, 2),
)
wanted = st.lists(
    st.builds(lambda made, wave: Wanted(marked(made, "urn:hub"), wave, True), objects, st.integers(0, 2)),
    max_size=8,
    unique_by=lambda each: key_of(each.manifest),
)


def desired(*parts: Wanted, problems: tuple[str, ...] = ()) -> Desired:
    return Desired("test", 1, parts, problems)


def over(live: Any, manifest: Any) -> Any:
    if isinstance(live, dict) and isinstance(manifest, dict):
        return {**live, **{key: over(live.get(key), value) for key, value in manifest.items()}}
    return manifest


def uid(key: Key) -> str:
    return f"uid-{key.kind}-{key.name}"


def applied(live: Manifest | None) -> Manifest | None:
    """The object with what the server adds to one that we applied."""
    if live is None:
        return None
    by = [{"manager": "leap-kg", "operation": "Apply"}] if "annotations" in live["metadata"] else []
    return {**live, "metadata": {**live["metadata"], "uid": uid(key_of(live)), "managedFields": by}}


def known(keys: Iterable[Key]) -> dict[Key, str]:
    """An inventory with these."""
    return {key: uid(key) for key in keys}


def seen(world: World, wants: Desired, inventory: Iterable[Key]) -> dict[Key, Seen]:
    found = {key: Seen(applied(world.get(key)), None) for key in inventory}
    for each in wants.objects:
        live = applied(world.get(key_of(each.manifest)))
        found[key_of(each.manifest)] = Seen(live, over(live, each.manifest) if live else None)
    return found


def carry_out(world: World, plan: Plan, most: int | None = None) -> World:
    """The world after the first `most` steps."""
    after = deepcopy(world)
    for step in plan.steps[:most]:
        if step.manifest is None:
            del after[step.key]
        else:
            after[step.key] = over(after.get(step.key, {}), step.manifest)
    return after


def look(world: World, wants: Desired, inventory: Mapping[Key, str], **options: Any) -> Plan:
    return planned(wants, seen(world, wants, inventory), inventory, **options)


worlds = st.lists(st.tuples(objects, st.booleans()), max_size=10).map(
    lambda each: {key_of(made): marked(made, "urn:hub") if ours else made for made, ours in each}
)


@settings(max_examples=200, deadline=None)
@given(worlds, wanted, st.booleans(), st.integers(0, 10))
def test_done_twice_or_cut_off_anywhere_it_ends_in_one_state(
    world: World, parts: list[Wanted], prune: bool, cut: int
) -> None:
    wants, inventory = desired(*parts), known(key for key in world if key.name < "e")
    plan = look(world, wants, inventory, prune=prune)
    done = carry_out(world, plan)
    again = look(done, wants, plan.inventory, prune=prune)
    assert again.steps == ()
    partly = carry_out(world, plan, cut)
    made = inventory | known({*plan.inventory, *(step.key for step in plan.steps)})
    rest = look(partly, wants, made, prune=prune)
    if len(made) == len(inventory):  # else a fifth of the inventory is not as many as before
        assert carry_out(partly, rest) == done


@settings(max_examples=200, deadline=None)
@given(worlds, wanted, st.booleans(), st.lists(st.just("no values"), max_size=1))
def test_what_goes_is_ours_of_few_kinds_asked_for_and_not_much(
    world: World, parts: list[Wanted], prune: bool, problems: list[str]
) -> None:
    wants, inventory = desired(*parts, problems=tuple(problems)), known(world)
    plan = look(world, wants, inventory, prune=prune)
    going = [step for step in plan.steps if step.act is Act.DELETE]
    kept = {key_of(each.manifest) for each in parts}
    for step in going:
        assert step.key.kind in TAKEN
        assert step.key not in kept
        assert "annotations" in world[step.key]["metadata"]
    if not prune or problems or not parts:
        assert going == []
    assert len(going) <= max(5, len(inventory) // 5)


@settings(max_examples=100, deadline=None)
@given(worlds, wanted)
def test_what_is_somebody_elses_is_left_alone(world: World, parts: list[Wanted]) -> None:
    plan = look(world, desired(*parts), {})
    for step in plan.steps:
        assert step.key not in world or "annotations" in world[step.key]["metadata"]
    foreign = [key for key in {key_of(each.manifest) for each in parts} & world.keys() if key.kind != "Namespace"]
    foreign = [key for key in foreign if "annotations" not in world[key]["metadata"]]
    assert len([each for each in plan.refused if "is not ours" in each]) == len(foreign)


def many(number: int) -> World:
    made = [
        marked({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{n}", "namespace": "hub"}}, "urn:hub")
        for n in range(number)
    ]
    return {key_of(each): each for each in made}


def test_many_go_only_with_the_digest_of_their_plan() -> None:
    world = many(6)
    part = Wanted(marked({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "hub"}}, "urn:hub"), 0, True)
    plan = look(world, desired(part), known(world), prune=True)
    assert [step.act for step in plan.steps] == [Act.CREATE]
    assert [step.key for step in plan.unconfirmed] == sorted(world, reverse=True)
    assert plan.confirming not in ("", plan.digest)
    (reason,) = plan.refused
    assert reason.startswith("6 of 7 objects would go at once")  # the Namespace that is made counts
    digest = plan.confirming
    assert look(world, desired(part), known(world), prune=True, confirmed="x" * 64).steps == plan.steps
    sure = look(world, desired(part), known(world), prune=True, confirmed=digest)
    assert (sure.digest, sure.unconfirmed, sure.refused) == (digest, (), ())
    assert len([step for step in sure.steps if step.act is Act.DELETE]) == 6


def test_a_field_that_others_manage_is_taken_only_if_the_release_says_so() -> None:
    manifest = marked({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}}, "urn:h")
    key = key_of(manifest)
    live = {**manifest, "data": {"a": "2", "b": "3"}}
    found = {key: Seen(live, {**manifest, "data": {"a": "1", "b": "3"}}, (Conflict("kubectl-edit", ".data.a"),))}
    (step,) = planned(desired(Wanted(manifest, 0, True)), found, {}).steps
    assert [tuple(change) for change in step.changes] == [("data.a", "2", "1")]
    assert step.conflicts == (Conflict("kubectl-edit", ".data.a"),)
    left = planned(desired(Wanted(manifest, 0, False)), found, {})
    assert left.steps == ()
    assert "kubectl-edit" in left.refused[0]


def test_what_a_secret_holds_is_never_shown() -> None:
    before = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "aHVzaA=="}}
    after = {"kind": "Secret", "metadata": {"name": "t"}, "data": {"k": "cXVpZXQ="}, "stringData": {"x": "hush"}}
    changes = differences(before, after)
    assert ("data.k", HIDDEN, HIDDEN) in changes
    assert "hush" not in str(changes)
    assert "aHVzaA" not in str(changes)
    assert ("metadata.name", "s", "t") in changes


def test_changes_are_values_of_json_and_nothing_is_not_null() -> None:
    before = {
        "kind": "Thing",
        "metadata": {"name": "t"},
        "spec": {"a": None, "b": 1, "c": True, "password": "hushhush"},
    }
    after = {
        "kind": "Thing",
        "metadata": {"name": "t"},
        "spec": {"b": "1", "c": 1, "d": [1.5, None, {"token": "hushhush"}]},
    }
    found = differences(before, after)
    assert json.loads(json.dumps([each.described() for each in found])) == [
        {"place": "spec.a", "before": None},
        {"place": "spec.b", "before": 1, "after": "1"},
        {"place": "spec.c", "before": True, "after": 1},
        {"place": "spec.d", "after": [1.5, None, {"token": HIDDEN}]},
        {"place": "spec.password", "before": HIDDEN},
    ]
    assert [each.text for each in found][:2] == ["spec.a: None -> (absent)", "spec.b: 1 -> '1'"]


def release(kind: str, name: str, hub: str, group: str = "") -> Wanted:
    made = {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "lab"},
        "spec": {"interval": "1m"},
    }
    return Wanted(marked(made, hub), 0, True, group or name)


def test_what_others_changed_is_told_of_a_release_that_waits_and_goes_back_after_it() -> None:
    part = release("HelmRelease", "prod", "urn:prod")
    live = applied(part.manifest)
    assert live is not None
    edited, would = {**live, "spec": {"interval": "9m", "version": "1"}}, {**live, "spec": {"interval": "1m"}}
    found = {key_of(live): Seen(edited, would, (Conflict("kubectl-edit", ".spec.interval"),))}
    rows = {key_of(live): uid(key_of(live))}
    plan = planned_part(desired(part), found, rows, ("prod waits for staging, which is not ready",))
    assert (plan.steps, plan.waiting) == ((), ("prod waits for staging, which is not ready",))
    (drift,) = plan.left
    assert drift.reason.endswith("is left so, while its release waits: .spec.interval (by kubectl-edit)")
    standing = standing_of("prod", "urn:prod", plan, found, ())
    drifted = standing.condition("Drifted")
    assert (drifted.status, drifted.by) == ("True", ("kubectl-edit",))
    assert [each.what for each in standing.drifts] == ["spec.interval: '9m' -> '1m'"]  # not what the graph wants anew
    assert standing.condition("Stalled").status == "False"
    (step,) = planned_part(desired(part), found, rows).steps
    assert step.conflicts == (Conflict("kubectl-edit", ".spec.interval"),)


@pytest.mark.parametrize(("old", "new"), [("HelmRelease", "Application"), ("Application", "HelmRelease")])
def test_a_hub_gets_no_second_controller_of_the_other_form(old: str, new: str) -> None:
    before, other = release(old, "prod", "urn:prod"), release(old, "else", "urn:else")
    world = {key_of(each.manifest): each.manifest for each in (before, other)}
    secret = Wanted(
        marked({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}, "urn:prod"), 0, True, "prod"
    )
    wants = desired(secret, release(new, "prod", "urn:prod"), release(new, "free", "urn:free"))
    plan = look(world, wants, known(world))
    assert [step.key.name for step in plan.steps] == ["free"]  # nothing of that release is made
    (reason,) = (each for each in plan.refused if "runs this hub already" in each)
    assert reason.startswith(f"prod: {old} lab/prod runs this hub already: ")
    assert "delete it" in reason
    gone = {key: each for key, each in world.items() if key.name == "else"}
    assert [step.key.name for step in look(gone, wants, known(world)).steps] == ["s", "prod", "free"]
    unmarked = {key: {**each, "metadata": {"name": key.name, "namespace": "lab"}} for key, each in world.items()}
    assert "runs this hub already" in " ".join(look(unmarked, wants, known(world)).refused)
    foreign = look(unmarked, wants, dict.fromkeys(world, "another"))
    assert [step.key.name for step in foreign.steps] == ["s", "prod", "free"]


def test_nothing_goes_for_an_empty_wish_and_that_is_said_once() -> None:
    world = many(3)
    plan = look(world, desired(), known(world), prune=True)
    (reason,) = plan.refused
    assert reason.startswith("ConfigMap hub/c0, ConfigMap hub/c1, ConfigMap hub/c2 stay: nothing at all is wanted: ")
    assert "declare one part" in reason
    told = told_of(plan, desired())
    assert (told.left, told.refused, told.status) == ((reason,), (), 0)
    (kept,) = (each for each in look(many(1), desired(), known(many(1)), prune=True).refused)
    assert kept.startswith("ConfigMap hub/c0 stays: ")


def test_a_plan_is_another_one_for_another_cluster() -> None:
    part = release("HelmRelease", "prod", "urn:prod")
    plans = [look({}, replace(desired(part), cluster=name), {}, place=place) for name in "ab" for place in "12"]
    assert len({plan.digest for plan in plans}) == 4
    assert look({}, replace(desired(part), cluster="a", revision=9), {}, place="1").digest == plans[0].digest
