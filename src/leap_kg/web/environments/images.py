"""What differs between two images, when a package changed, and how old the images are that hubs offer."""

from collections import Counter
from datetime import date
from difflib import get_close_matches

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.sparql.naming import TODAY, released_by
from leap_kg.web.cells import Cell, Column, Node, Text
from leap_kg.web.environments.asking import Asker, NotKnown, Row, node_of, text_of
from leap_kg.web.environments.view import Field, Form, Section, View
from leap_kg.web.links import url
from leap_kg.web.nodes.releases import line_named

COMPARE, PACKAGE, AGES = "/environments/compare", "/environments/package", "/hubs/images"

_CHANGES = {
    "added": ("Added", "Only the second has them."),
    "removed": ("Removed", "Only the first has them."),
    "up": ("Up", "The second has a later version."),
    "down": ("Down", "The second has an earlier version."),
    "other": ("Changed", "Which of the two versions is later, their numbers do not say."),
}


async def compare(asker: Asker) -> View:
    """What differs between two images, or between the releases of one on two days."""
    images, tagged = await asker.names("names/images"), await asker.names("names/releases")
    image, since, until = asker.given("image"), asker.given("since"), asker.given("until")
    first, second = asker.given("first"), asker.given("second")
    forms = [
        Form(
            COMPARE,
            "Compare",
            [
                Field(
                    "first",
                    "One image, with its tag",
                    asker.shown("first"),
                    "pangeo/pangeo-notebook:2025.12.30",
                    tagged,
                ),
                Field("second", "The other image", asker.shown("second"), "pangeo/pangeo-notebook:2026.01.30", tagged),
            ],
        ),
        Form(
            COMPARE,
            "What changed between",
            [
                Field("image", "Image, without tag", image, "pangeo/pangeo-notebook", images),
                Field("since", "The day before", since, "2026-01-31"),
                Field("until", "And the day after", until, TODAY),
            ],
        ),
    ]
    title, lead = "What differs between two images", "Packages that came, went, or are at another version."
    if image:
        first, second = f"{image}@{since or TODAY}", f"{image}@{until or TODAY}"
        one = await run_in_threadpool(_by_day, asker, image, since, images)
        two = await run_in_threadpool(_by_day, asker, image, until or TODAY, images)
    elif first and second:
        one, two = await asker.node(first, "image"), await asker.node(second, "image")
    else:
        notes = ["Give both images."] if first or second else []
        return View(title, lead, forms, notes, links=await run_in_threadpool(_latest, asker, images))
    rows = await asker.rows("questions/image-differences", first=one, second=two)
    return await run_in_threadpool(_compared, asker, forms, title, lead, one, two, rows)


def _by_day(asker: Asker, image: str, day: str, images: list[str]) -> NamedNode:
    if image not in images:
        raise NotKnown(f"The graph knows no image {image!r}", _alike(asker, image, images))
    try:
        day = day if day.lower() == TODAY else date.fromisoformat(day).isoformat()
    except ValueError:
        raise NotKnown(f"{day!r} is no day: write it as 2026-01-31, or {TODAY}") from None
    found = released_by(image, day, asker.reading.snapshot.store, asker.reading.base)
    if found is None:
        raise NotKnown(f"No release of {image} is known by {day}")
    return found


def _alike(asker: Asker, image: str, images: list[str]) -> tuple[Node, ...]:
    """The images whose names are most like one that there is not."""
    near = get_close_matches(image, images, 5, 0.4)
    return tuple(Node(name, f"/image/{name}", f"{asker.reading.base}image/{name}") for name in near)


def _latest(asker: Asker, images: list[str]) -> list[Node]:
    """The last step of each image, to begin with."""
    reading, found = asker.reading, []
    for name in images[:50]:
        line = NamedNode(f"{reading.base}image/{name}")
        known = [node for _, node in line_named(reading, line) if reading.one(node, SCHEMA("softwareRequirements"))]
        if len(known) > 1:
            before, after = known[-2:]
            label = f"{reading.label(before)} and {reading.label(after).rpartition(':')[2]}"
            found.append(Node(label, url(COMPARE, first=before.value, second=after.value), ""))
    return found


def _compared(
    asker: Asker, forms: list[Form], title: str, lead: str, one: NamedNode, two: NamedNode, rows: list[Row]
) -> View:
    reading, path = asker.reading, asker.path("questions/image-differences", first=one.value, second=two.value)
    unknown = [node for node in (one, two) if reading.one(node, SCHEMA("softwareRequirements")) is None]
    counts = Counter(text_of(row, "change") for row in rows)
    columns = [Column("package", "Package"), Column("first", reading.label(one)), Column("second", reading.label(two))]
    sections = [
        Section(
            change,
            heading,
            columns,
            [_difference(asker, row) for row in rows if text_of(row, "change") == change],
            words,
            path,
        )
        for change, (heading, words) in _CHANGES.items()
        if counts[change]
    ]
    notes = [
        f"What is installed in {reading.label(node)} is not known, so nothing can be compared." for node in unknown
    ]
    if not rows and not unknown:
        notes = ["The two have the same packages at the same versions."]
    facts: list[tuple[str, Cell]] = [("First", _dated(asker, one)), ("Second", _dated(asker, two))]
    if rows:
        told = (change for change in _CHANGES if change != "other" or counts[change])
        facts += [(_CHANGES[change][0], counts[change]) for change in told]
    links = [Node("The other way round", url(COMPARE, first=two.value, second=one.value), "")]
    return View(title, lead, forms, notes, facts, sections, links)


def _dated(asker: Asker, node: NamedNode) -> Cell:
    issued = asker.reading.text(node, DCT("issued"))
    return [asker.reading.link(node), Text("", note=f"released {issued}")] if issued else asker.reading.link(node)


def _difference(asker: Asker, row: Row) -> dict[str, Cell]:
    package = node_of(row, "package")
    link = asker.reading.link(package) if package else None
    # Hundreds of rows would show the same mark.
    name = Node(link.label, link.path, link.iri, external=link.external) if link else None
    shown = {key: "–" if text_of(row, key) == "absent" else text_of(row, key) for key in ("first", "second")}
    return {"package": name, **shown}


async def package(asker: Asker) -> View:
    """When a package changed in an image, and which releases have it."""
    images, packages = await asker.names("names/images"), await asker.names("names/packages")
    name, image, version = asker.given("package").lower(), asker.given("image"), asker.given("version")
    form = Form(
        PACKAGE,
        "Look it up",
        [
            Field("package", "Package", name, "zarr", packages),
            Field("image", "Image, without tag, or all", image, "pangeo/pangeo-notebook", images),
            Field("version", "Version, or all", version, "3.0.8"),
        ],
    )
    title, lead = "When did a package change", "From which version to which, and which releases have it."
    if not name:
        return View(title, lead, [form])
    if name not in packages:
        raise NotKnown(f"The graph knows no package {name!r}")
    if image and image not in images:
        raise NotKnown(f"The graph knows no image {image!r}")
    having = await asker.rows("questions/package-releases", package=name, version=version)
    lines = [image] if image else sorted({_line(text) for row in having if (text := _label(asker, row, "release"))})
    changes = [(line, await asker.rows("questions/package-changes", package=name, image=line)) for line in lines[:20]]
    return await run_in_threadpool(_package, asker, form, title, name, version, having, changes)


def _package(
    asker: Asker,
    form: Form,
    title: str,
    name: str,
    version: str,
    having: list[Row],
    changes: list[tuple[str, list[Row]]],
) -> View:
    reading = asker.reading
    sections = []
    for number, (line, rows) in enumerate(changes, start=1):
        steps: list[dict[str, Cell]] = [
            {
                "date": text_of(row, "date"),
                "before": text_of(row, "before"),
                "now": text_of(row, "now"),
                "release": _cell(asker, row, "release"),
            }
            for row in reversed(rows)
        ]
        path = asker.path("questions/package-changes", package=name, image=line)
        columns = [
            Column("date", "Date"),
            Column("before", "Before"),
            Column("now", "Now"),
            Column("release", "Release"),
        ]
        sections.append(
            Section(f"changes-{number}", f"When it changed in {line}", columns, steps, "Newest first.", path, "Never.")
        )
    releases: dict[str, dict[str, Cell]] = {}
    hubs: dict[str, list[Cell]] = {}
    for row in having:
        key = f"{text_of(row, 'release')} {text_of(row, 'version')}"
        releases.setdefault(
            key,
            {"release": _cell(asker, row, "release"), "date": text_of(row, "date"), "version": text_of(row, "version")},
        )
        if hub := node_of(row, "hub"):
            hubs.setdefault(key, []).append(reading.link(hub))
    columns = [
        Column("release", "Release"),
        Column("date", "Date"),
        Column("version", "Version"),
        Column("hubs", "Offered by"),
    ]
    found = [{**row, "hubs": hubs.get(key)} for key, row in releases.items()]
    words = f"with version {version}" if version else "that have it"
    path = asker.path("questions/package-releases", package=name, version=version)
    sections.append(Section("releases", f"Releases {words}", columns, found, "Newest first.", path))
    return View(
        f"{title}: {name}", "From which version to which, and which releases have it.", [form], sections=sections
    )


def _line(title: str) -> str:
    """The name of an image without its tag."""
    return title.rpartition(":")[0] or title


def _label(asker: Asker, row: Row, key: str) -> str:
    node = node_of(row, key)
    return asker.reading.label(node) if node else ""


def _cell(asker: Asker, row: Row, key: str) -> Cell:
    node = node_of(row, key)
    return asker.reading.link(node) if node else text_of(row, key) or None


async def ages(asker: Asker) -> View:
    """Which hub offers which image, how old it is, how far behind the newest release, and whether it is a release."""
    wanted = asker.given("hub")
    hubs = await asker.names("names/hubs")
    form = Form(AGES, "Show", [Field("hub", "Hub, or all", asker.shown("hub"), "", hubs)])
    hub = await asker.node(wanted, "hub") if wanted else None
    offered = await asker.rows("questions/hub-images")
    unlisted = await asker.rows("questions/image-tags-without-release")
    return await run_in_threadpool(_ages, asker, form, hub, offered, unlisted)


def _ages(asker: Asker, form: Form, hub: NamedNode | None, offered: list[Row], unlisted: list[Row]) -> View:
    today = asker.site.history.committed(asker.revision.number).date()
    offered = [row for row in offered if hub is None or node_of(row, "hub") == hub]
    rows = []
    for row in offered:
        released, latest = _day(text_of(row, "released")), _day(text_of(row, "latest"))
        rows.append(
            {
                "hub": _cell(asker, row, "hub"),
                "image": _cell(asker, row, "image"),
                "released": text_of(row, "released") or None,
                "age": (today - released).days if released else None,
                "newer": int(text) if (text := text_of(row, "newer")).isdecimal() else None,
                "behind": (latest - released).days if released and latest else None,
                "newest": _cell(asker, row, "newest"),
                "state": text_of(row, "state"),
            }
        )
    rows.sort(key=lambda row: (row["age"] is None, -(row["age"] if isinstance(row["age"], int) else 0)))
    columns = [
        Column("hub", "Hub"),
        Column("image", "Image and tag"),
        Column("released", "Released"),
        Column("age", "Days old", number=True),
        Column("newer", "Newer releases", number=True),
        Column("behind", "Days behind", number=True),
        Column("newest", "Newest release read"),
        Column("state", "Is it a release"),
    ]
    first = Section(
        "images",
        "Images that hubs offer",
        columns,
        rows,
        f"Oldest first; ages are of {today.isoformat()}. What cannot be known is left open.",
        asker.path("questions/hub-images"),
        "No hub offers an image.",
    )
    tags = [
        {key: _cell(asker, row, key) for key in ("image", "state", "newest", "user", "how")}
        for row in unlisted
        if hub is None or node_of(row, "user") == hub
    ]
    columns = [
        Column("image", "Image and tag"),
        Column("state", "State"),
        Column("newest", "Newest release read"),
        Column("user", "Used by"),
        Column("how", "How"),
    ]
    second = Section(
        "tags-without-release",
        "Tags that no release has",
        columns,
        tags,
        "Tags that hubs or code name, and that are none of the releases that were read.",
        asker.path("questions/image-tags-without-release"),
    )
    images = {text_of(row, "image") for row in offered}
    known = {text_of(row, "image") for row in offered if text_of(row, "state") == "release"}
    facts: list[tuple[str, Cell]] = [
        ("Images offered", len(images)),
        ("Of them releases", len(known)),
        (
            "Behind the newest release",
            len({text_of(row, "image") for row in offered if text_of(row, "newer") not in ("0", "unknown")}),
        ),
    ]
    return View(
        "Images of hubs by age",
        "How old they are, how far behind the newest release, and whether they are releases at all.",
        [form],
        facts=facts,
        sections=[first, second],
        links=[Node("What differs between two images", COMPARE, "")],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
