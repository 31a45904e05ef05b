"""A platform of three feedstocks, written to a folder: one good, one doubtful, one that cannot be read."""

from pathlib import Path

import yaml

LIST = "https://github.com/lab/data/blob/main/input.yaml"


def write_platform(folder: Path) -> Path:
    """Write sources, mirror and files; returns the folder."""
    write(folder / "sources.yaml", {"sources": [
        {"id": "lab", "kind": "leap-catalog", "title": "The lab's feedstocks", "input": LIST}
    ]})  # fmt: skip
    write(folder / "mirror.yaml", [
        {"match": LIST.replace(".", r"\."), "file": "input.yaml"},
        {"match": r"https://github\.com/lab/(\w+)/blob/main/(\w+\.yaml)", "file": r"\1/\2"},
    ])  # fmt: skip
    names = ("good", "doubtful", "broken")
    write(folder / "input.yaml", {"feedstocks": [f"https://github.com/lab/{n}/blob/main/catalog.yaml" for n in names]})
    feedstock(folder, "good", "Sea surface temperature", licence="CC-BY-4.0")
    feedstock(folder, "doubtful", "Ocean heat [red]content[/red]", licence="Just a Test")
    feedstock(folder, "broken", "Never seen", licence="MIT")
    (folder / "broken" / "meta.yaml").write_text("title: [unclosed\n")
    return folder


def feedstock(folder: Path, name: str, title: str, licence: str) -> None:
    """The two files of one feedstock."""
    write(folder / name / "catalog.yaml", {
        "meta_yaml_url": f"https://github.com/lab/{name}/blob/main/meta.yaml",
        "tags": ["ocean"],
        "stores": [{"id": name, "name": f"{name} store", "url": f"gs://lab/{name}.zarr"}],
    })  # fmt: skip
    write(folder / name / "meta.yaml", {
        "title": title,
        "description": f"{title} on a grid.",
        "provenance": {"providers": [{"name": "The Lab", "roles": ["producer"]}], "license": licence},
        "maintainers": [{"name": "Josiah Carberry", "orcid": "0000-0002-1825-0097", "github": "jcarberry"}],
    })  # fmt: skip


def write(path: Path, value: object) -> None:
    """A value as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value, sort_keys=False))
