"""Whose environment no hub offers, which image fits a notebook, and what depends on something that would go."""

from collections import Counter

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from leap_kg.web.cells import Cell, Column, Node
from leap_kg.web.environments.asking import Asker, Row, node_of, text_of
from leap_kg.web.environments.hubs import CODE, IMPACT
from leap_kg.web.environments.view import Field, Form, Section, View
from leap_kg.web.links import url


async def code(asker: Asker) -> View:
    """Code whose recorded image no hub offers; and, for one notebook, the images that have what it needs."""
    wanted = asker.given("code")
    names = await asker.names("names/code")
    form = Form(
        CODE, "Which image fits", [Field("code", "Notebook, recipe or repository", asker.shown("code"), "", names)]
    )
    if wanted:
        node = await asker.node(wanted, "notebook, recipe or repository")
        rows = await asker.rows("questions/images-that-fit", code=node)
        return await run_in_threadpool(_fitting, asker, form, node, rows)
    rows = await asker.rows("questions/environments-not-offered")
    return await run_in_threadpool(_unoffered, asker, form, rows)


def _fitting(asker: Asker, form: Form, node: NamedNode, rows: list[Row]) -> View:
    table: list[dict[str, Cell]] = []
    for row in rows:
        image = node_of(row, "image")
        needed = int(text_of(row, "has")) + int(text_of(row, "lacks"))
        table.append(
            {
                "image": asker.reading.link(image) if image else None,
                "has": f"{text_of(row, 'has')} of {needed}",
                "missing": list[Cell](text_of(row, "missing").split()) or None,
                "others": list[Cell](text_of(row, "others").split()) or None,
                "released": text_of(row, "released") or None,
                "hubs": text_of(row, "hubs") or None,
                "stated": "yes" if text_of(row, "stated") else None,
            }
        )
    columns = [
        Column("image", "Image"),
        Column("has", "Has"),
        Column("missing", "Lacks"),
        Column("others", "At another version"),
        Column("released", "Released"),
        Column("hubs", "Offered by"),
        Column("stated", "Stated"),
    ]
    section = Section(
        "images",
        "Images, the best first",
        columns,
        table,
        "By the packages that the code, its repository and their environment files ask for.",
        asker.path("questions/images-that-fit", code=node.value),
        "What this code needs is not known: no file says which packages it asks for.",
    )
    link = asker.reading.link(node)
    return View(
        f"Which image fits {link.label}",
        "Images whose packages are known, by how many of the packages that it needs they have.",
        [form],
        facts=[("Code", link)],
        sections=[section],
        links=[Node("Code whose image no hub offers", CODE, "")],
    )


def _unoffered(asker: Asker, form: Form, rows: list[Row]) -> View:
    merged: dict[tuple[str, str, str], dict[str, Cell]] = {}
    instead: dict[tuple[str, str, str], list[Cell]] = {}
    for row in rows:
        key = text_of(row, "code"), text_of(row, "image"), text_of(row, "how")
        code, image, offered = (node_of(row, name) for name in ("code", "image", "offered"))
        if code is None or image is None:
            continue
        merged.setdefault(
            key,
            {
                "code": asker.reading.link(code),
                "image": asker.reading.link(image),
                "how": key[2],
                "released": text_of(row, "released") or None,
                "fits": Node("which image fits", url(CODE, code=code.value), ""),
            },
        )
        if offered is not None:
            instead.setdefault(key, []).append(asker.reading.link(offered))
    table = [{**row, "offered": instead.get(key)} for key, row in merged.items()]
    columns = [
        Column("code", "Code"),
        Column("image", "Image"),
        Column("how", "How"),
        Column("released", "Released"),
        Column("offered", "Offered instead"),
        Column("fits", "What fits"),
    ]
    section = Section(
        "not-offered",
        "Code whose image no hub offers",
        columns,
        table,
        "Notebooks, recipes and repositories that name an image which no hub that was read offers.",
        asker.path("questions/environments-not-offered"),
        "Every image that code names is offered by a hub.",
    )
    return View(
        "Environments that no hub offers",
        "Code that names its image, where nobody can start that image; and which image fits it.",
        [form],
        facts=[("Code", len({key[0] for key in merged})), ("Images", len({key[1] for key in merged}))],
        sections=[section],
    )


async def impact(asker: Asker) -> View:
    """What depends on an image, a package, a store, a bucket or anything else, with counts first."""
    wanted = asker.given("node")
    form = Form(
        IMPACT,
        "What depends on it",
        [
            Field(
                "node",
                "Image, package, store, bucket, cluster, dataset …",
                asker.shown("node"),
                "pangeo/pangeo-notebook:2026.06.04",
                await asker.names("names/releases"),
            )
        ],
    )
    title, lead = "What depends on this", "Everything that would be affected if it went, and by which way."
    if not wanted:
        return View(title, lead, [form])
    node = await asker.node(wanted, "thing")
    rows = await asker.rows("questions/downstream", node=node)
    direct = await asker.rows("questions/what-breaks", node=node)
    return await run_in_threadpool(_impact, asker, form, node, rows, direct)


def _impact(asker: Asker, form: Form, node: NamedNode, rows: list[Row], direct: list[Row]) -> View:
    reading, link = asker.reading, asker.reading.link(node)
    things = [(thing, text_of(row, "directly") == "yes") for row in rows if (thing := node_of(row, "thing"))]
    kinds = {thing: (found.plural if (found := reading.kind(thing)) else "Other things") for thing, _ in things}
    counts = Counter(kinds.values())
    facts: list[tuple[str, Cell]] = [("What would go", link), ("Depend on it in all", len(things))]
    facts += [(kind, count) for kind, count in counts.most_common()]
    ways = [
        {
            "thing": reading.link(thing),
            "how": text_of(row, "how"),
            "part": text_of(row, "part") or None,
        }
        for row in direct
        if (thing := node_of(row, "thing"))
    ]
    path = asker.path("questions/downstream", node=node.value)
    sections = [
        Section(
            "directly",
            "Directly",
            [Column("thing", "What"), Column("how", "How"), Column("part", "In which part")],
            ways,
            "What says itself that it needs it.",
            asker.path("questions/what-breaks", node=node.value),
            "Nothing that was read says that it needs this.",
        )
    ]
    for number, kind in enumerate(sorted(counts), start=1):
        table = [
            {"thing": reading.link(thing), "directly": "directly" if near else "through others"}
            for thing, near in things
            if kinds[thing] == kind
        ]
        columns = [Column("thing", kind), Column("directly", "How")]
        sections.append(Section(f"kind-{number}", f"{kind} in all", columns, table, path=path))
    notes = ["The list ends at 5,000 things; there may be more."] if len(rows) >= 5000 else []
    return View(f"What depends on {link.label}", "Directly, and through other things.", [form], notes, facts, sections)
