"""What differs between two hubs, who may use which machine, and the way into all pages about hubs."""

from collections.abc import Mapping

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from leap_kg.ontology.namespaces import RDF
from leap_kg.web.cells import Cell, Column, Node
from leap_kg.web.environments.asking import Asker, Row, node_of, text_of
from leap_kg.web.environments.images import AGES, COMPARE, PACKAGE
from leap_kg.web.environments.view import Field, Form, Section, View
from leap_kg.web.links import url
from leap_kg.web.nodes.hub import binary

HUBS, PROFILES, ACCESS = "/hubs", "/hubs/profiles", "/hubs/access"
CODE, IMPACT, COSTS = "/environments/code", "/impact", "/hubs/costs"

CLUSTER_THEN = "/queries#query-questions-cluster-then"
"""The form of that question, among those of all named queries."""

_MEMORY = ("memory-limit", "memory-guarantee")
_WORDS = {
    "memory-limit": "memory, at most",
    "memory-guarantee": "memory, at least",
    "cpu-limit": "cores, at most",
    "cpu-guarantee": "cores, at least",
    "instance-type": "machine type",
    "accelerator": "GPU",
    "gpus": "number of GPUs",
}
ABSENT = "absent"


async def overview(asker: Asker) -> View:
    """All hubs, and what can be asked about them."""
    offered, access = await asker.rows("questions/hub-images"), await asker.rows("questions/who-may-use")
    return await run_in_threadpool(_overview, asker, offered, access)


def _overview(asker: Asker, offered: list[Row], access: list[Row]) -> View:
    reading = asker.reading
    hubs = [node for node in reading.subjects(RDF("type"), reading.leap("HubDeployment")) if "#" not in node.value]
    rows: list[dict[str, Cell]] = []
    for hub in sorted(hubs, key=lambda node: (reading.label(node), node.value)):
        images = [row for row in offered if node_of(row, "hub") == hub]
        behind = sum(text_of(row, "newer") not in ("0", "unknown") for row in images)
        unknown = sum(text_of(row, "newer") == "unknown" for row in images)
        profiles = {(text_of(row, "slug"), text_of(row, "profile")) for row in access if node_of(row, "hub") == hub}
        rows.append(
            {
                "hub": reading.link(hub),
                "profiles": Node(str(len(profiles)), url(ACCESS, hub=hub.value), ""),
                "images": Node(str(len(images)), url(AGES, hub=hub.value), ""),
                "behind": f"{behind}, {unknown} unknown" if unknown else str(behind),
                "compare": Node("compare", url(PROFILES, first=hub.value), ""),
                "costs": Node("costs", url(COSTS, hub=hub.value), ""),
            }
        )
    columns = [
        Column("hub", "Hub"),
        Column("profiles", "Profiles"),
        Column("images", "Images"),
        Column("behind", "Behind the newest release"),
        Column("compare", "With another hub"),
        Column("costs", "Costs"),
    ]
    links = [
        Node("How old are the images of the hubs, and which tags are no releases?", AGES, ""),
        Node("What differs between two images, or changed in one between two days?", COMPARE, ""),
        Node("When did a package change, and which release has it?", PACKAGE, ""),
        Node("What differs between the profiles of two hubs?", PROFILES, ""),
        Node("Who may use which profile, machine and GPU?", ACCESS, ""),
        Node("Whose environment does no hub offer, and which image fits this notebook?", CODE, ""),
        Node("What depends on an image, a package, a store or a bucket?", IMPACT, ""),
        Node("What did each hub, profile and group cost, by week?", COSTS, ""),
        Node("Which code was built with zarr below 2.11?", "/queries/questions/built-below", ""),
        Node("What did a cluster look like at some moment, and what drifted since?", CLUSTER_THEN, ""),
    ]
    return View(
        "Hubs and environments",
        "What hubs offer to whom, in which images, how old these are, what depends on them, and what it costs.",
        sections=[Section("hubs", "Hubs", columns, rows, empty="No hub was read yet.")],
        links=links,
    )


async def profiles(asker: Asker) -> View:
    """What differs between the profiles of two hubs, side by side."""
    first, second = asker.given("first"), asker.given("second")
    hubs = await asker.names("names/hubs")
    form = Form(
        PROFILES,
        "Compare",
        [
            Field("first", "One hub", asker.shown("first"), "", hubs),
            Field("second", "The other hub", asker.shown("second"), "", hubs),
        ],
    )
    title, lead = "What differs between two hubs", "Profiles, machines, memory, groups and images, side by side."
    if not (first and second):
        return View(title, lead, [form], ["Give both hubs."] if first or second else [])
    one, two = await asker.node(first, "hub"), await asker.node(second, "hub")
    rows = await asker.rows("questions/profile-differences", first=one, second=two)
    images = await asker.rows("questions/hub-differences", first=one, second=two)
    return await run_in_threadpool(_profiles, asker, form, title, lead, one, two, rows, images)


def _profiles(
    asker: Asker,
    form: Form,
    title: str,
    lead: str,
    one: NamedNode,
    two: NamedNode,
    rows: list[Row],
    images: list[Row],
) -> View:
    reading, path = asker.reading, asker.path("questions/profile-differences", first=one.value, second=two.value)
    names = reading.label(one), reading.label(two)
    only: dict[str, list[dict[str, Cell]]] = {"first": [], "second": []}
    alone = set[tuple[str, str]]()
    for row in rows:
        if text_of(row, "what") == "name" and ABSENT in (text_of(row, "first"), text_of(row, "second")):
            alone.add((text_of(row, "profile"), text_of(row, "choice")))
    for row in rows:
        profile, choice, what = (text_of(row, key) for key in ("profile", "choice", "what"))
        # Of a profile that only one of them has, its choices need not be told.
        if what == "name" and (profile, choice) in alone and (not choice or (profile, "") not in alone):
            side = "first" if text_of(row, "second") == ABSENT else "second"
            only[side].append({"profile": profile, "choice": choice or None, "name": text_of(row, side)})
    both = [
        {
            "profile": text_of(row, "profile"),
            "choice": text_of(row, "choice") or None,
            "what": _WORDS.get(text_of(row, "what"), text_of(row, "what")),
            "first": _value(row, "first"),
            "second": _value(row, "second"),
        }
        for row in rows
        if not {(text_of(row, "profile"), text_of(row, "choice")), (text_of(row, "profile"), "")} & alone
    ]
    listed = [Column("profile", "Profile"), Column("choice", "Choice"), Column("name", "Name")]
    compared = [
        Column("profile", "Profile"),
        Column("choice", "Choice"),
        Column("what", "What"),
        Column("first", names[0]),
        Column("second", names[1]),
    ]
    offered: list[dict[str, Cell]] = [
        {"image": reading.link(image), "hub": reading.link(hub)}
        for row in images
        if (image := node_of(row, "image")) and (hub := node_of(row, "hub"))
    ]
    sections = [
        Section("different", "Different", compared, both, "Profiles and choices that both have.", path),
        Section("only-first", f"Only on {names[0]}", listed, only["first"], path=path),
        Section("only-second", f"Only on {names[1]}", listed, only["second"], path=path),
        Section(
            "images",
            "Images that only one of them offers",
            [Column("image", "Image"), Column("hub", "Only on")],
            offered,
            path=asker.path("questions/hub-differences", first=one.value, second=two.value),
        ),
    ]
    facts: list[tuple[str, Cell]] = [("First", reading.link(one)), ("Second", reading.link(two))]
    notes = [] if rows or images else ["The two offer the same profiles, machines and images to the same groups."]
    links = [Node("The other way round", url(PROFILES, first=two.value, second=one.value), "")]
    return View(title, lead, [form], notes, facts, [s for s in sections if s.rows], links)


def _value(row: Row, key: str) -> str:
    text = text_of(row, key)
    if text == ABSENT:
        return "–"
    return (binary(text) or text) if text_of(row, "what") in _MEMORY else text


async def access(asker: Asker) -> View:
    """Who may use which profile, machine and GPU, in which group, on which hub."""
    wanted, group = asker.given("hub"), asker.given("group")
    hubs = await asker.names("names/hubs")
    rows = await asker.rows("questions/who-may-use")
    hub = await asker.node(wanted, "hub") if wanted else None
    groups = sorted({name for row in rows for key in ("groups", "also") for name in _listed(row, key)})
    form = Form(
        ACCESS,
        "Show",
        [Field("hub", "Hub, or all", asker.shown("hub"), "", hubs), Field("group", "Group, or all", group, "", groups)],
    )
    return await run_in_threadpool(_access, asker, form, hub, group, rows)


def _access(asker: Asker, form: Form, hub: NamedNode | None, group: str, rows: list[Row]) -> View:
    chosen = [row for row in rows if (hub is None or node_of(row, "hub") == hub) and _lets(row, group)]
    columns = [
        Column("hub", "Hub"),
        Column("profile", "Profile"),
        Column("machine", "Machine"),
        Column("type", "Type"),
        Column("gpu", "GPU"),
        Column("memory", "Memory, at most"),
        Column("cores", "Cores, at most"),
        Column("groups", "Groups"),
        Column("also", "And in one of"),
    ]
    table = [_machine(asker, row) for row in chosen]
    note = "A machine that asks for a second group is shown for groups that open the profile, too." if group else ""
    return View(
        "Who may use which machine",
        "Profiles, machines and GPUs of the hubs, and the groups that may use them.",
        [form],
        [note] if note else [],
        [("Machines", len(table))],
        [Section("machines", "Machines", columns, table, path=asker.path("questions/who-may-use"))],
    )


def _machine(asker: Asker, row: Row) -> Mapping[str, Cell]:
    hub, gpus, model = node_of(row, "hub"), text_of(row, "gpus"), text_of(row, "gpu")
    slug = text_of(row, "slug")
    return {
        "hub": asker.reading.link(hub) if hub else None,
        "profile": f"{text_of(row, 'profile')} ({slug})" if slug else text_of(row, "profile"),
        "machine": text_of(row, "machine") or None,
        "type": text_of(row, "type") or None,
        "gpu": f"{gpus} × {model}" if gpus and model else model or None,
        "memory": binary(text_of(row, "memory")) or None,
        "cores": text_of(row, "cores") or None,
        "groups": list[Cell](_listed(row, "groups")),
        "also": list[Cell](_listed(row, "also")),
    }


def _listed(row: Row, key: str) -> list[str]:
    return [name for name in text_of(row, key).split(", ") if name]


def _lets(row: Row, group: str) -> bool:
    """Whether a group is among those that may use a machine."""
    return not group or group in _listed(row, "groups") or group in _listed(row, "also")
