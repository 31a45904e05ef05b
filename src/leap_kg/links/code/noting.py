"""Notes what a known call reads or writes: takes the address out of its arguments, with the mode and the endpoint."""

import ast
from posixpath import commonprefix
from typing import TYPE_CHECKING

from leap_kg.links.code import addresses, placing, reaching, replies
from leap_kg.links.code.bounds import MOST_VALUES
from leap_kg.links.code.known import Known
from leap_kg.links.code.ledger import QUERY
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Catalogue,
    Entries,
    External,
    Function,
    Handle,
    Items,
    LocalFile,
    PathText,
    Reply,
    Table,
    Value,
    Values,
    as_text,
    elements,
    joined,
    merged,
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN, Place, Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_WRITING = ("w", "x", "a", "r+")
_STORES = {"StoreToZarr", "StoreToPyramid", "WriteReference", "WriteCombinedReference", "CombineReferences"}
_TABLES = {"read_csv", "read_table", "read_parquet", "read_json"}
"""What they read may be a catalogue, whose rows hold addresses."""
_DOWNLOADS = {("urllib", "urlretrieve"), ("wget", "download"), ("gdown", "download"), ("gdown", "download_folder")}
_BUILDERS = {"csv", "json", "parquet", "text", "imagefolder", "audiofolder", "webdataset", "arrow", "pandas", "xml"}


def note(
    folder: "Folder", spec: Known, via: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    """What the call returns, as far as it stands for the address; the address is noted."""
    told, values = _argument(spec, node, given, named)
    for reply in (value for more in named.values() for value, _ in more if isinstance(value, Reply)):
        # What was fetched is read from memory.
        replies.note(folder, reply, sure=True)
    if values is None:
        return NOTHING
    role = _role(spec, given, named)
    if via == "builtins.open" and isinstance(local := only(values), str | PathText) and "://" not in as_text(local):
        return one(LocalFile(as_text(local)))
    endpoint = option(named, "endpoint_url")
    inner = option(named, "fo")
    if inner is None and only(values) == "reference://":
        return NOTHING
    if inner is not None:
        values = one(inner)
    if (system := placing.of_files(named)) is not None:
        values = placing.located(system, values)
    remote = via.startswith("fsspec.") or "storage_options" in named
    found = noted(
        folder, role, values, node, told, via, endpoint, strict=spec.strict, yields=spec.yields, remote=remote
    )
    if via == "fsspec.open_files" and found is not NOTHING:
        return one(Items(tuple((each,) for each in found)))
    wanted = folder.site is None and not folder.elsewhere and len(folder.unresolved) < reaching.MOST_OPEN
    if found is NOTHING and wanted and _is_open(values):
        folder.unresolved.append(reaching.Open(role, told or node, folder.place(node, told), via))
    address = addresses.given(as_text(only(values))) if via.rpartition(".")[2] in _TABLES else None
    return one(Table(address)) if address is not None and UNKNOWN not in address else found


def _is_open(values: Values) -> bool:
    """Whether nobody can tell where what is read or written lies."""
    return any(
        value is UNKNOWN_VALUE or (isinstance(value, str | PathText) and as_text(value).startswith(UNKNOWN))
        for value, _ in _flat(values)
    )


def _argument(
    spec: Known, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> tuple[ast.expr | None, Values | None]:
    for name in spec.names:
        if name in named:
            told = next((each.value for each in node.keywords if each.arg == name), None)
            return told, named[name]
    if spec.at < len(given):
        return node.args[spec.at] if spec.at < len(node.args) else None, given[spec.at]
    return None, None


def _role(spec: Known, given: list[Values], named: dict[str, Values]) -> Role:
    mode = named.get("mode")
    if spec.mode is not None and mode is None and spec.mode < len(given):
        mode = given[spec.mode]
    if spec.mode is None or mode is None:
        return spec.role
    text = only(mode)
    return Role.WRITES if isinstance(text, str) and text.startswith(_WRITING) else spec.role


def option(named: dict[str, Values], key: str) -> str | None:
    """The text that stands under `key` in the arguments or in dictionaries within them."""
    waiting: list[tuple[str | int, Values, int]] = [(name, values, 0) for name, values in named.items()]
    for name, values, depth in waiting:
        value = only(values)
        if name == key and isinstance(value, str):
            return value
        if isinstance(value, Entries) and depth < 4 and len(waiting) < 500:
            waiting += [(inner, each, depth + 1) for inner, each in value.each.items()]
    return None


def at_endpoint(address: str, endpoint: str | None) -> str:
    """The address behind the endpoint of a store that is not Amazon's, as its web address."""
    scheme, _, rest = address.partition("://")
    if not endpoint or scheme not in {"s3", "s3a"} or "amazonaws.com" in endpoint or UNKNOWN in endpoint:
        return address
    host = endpoint if "://" in endpoint else f"https://{endpoint}"
    return f"{host.rstrip('/')}/{rest}"


def noted(
    folder: "Folder",
    role: Role,
    values: Values,
    node: ast.Call,
    told: ast.expr | None,
    via: str,
    endpoint: str | None = None,
    *,
    strict: bool = False,
    yields: bool = False,
    sure: bool = True,
    remote: bool = False,
) -> Values:
    """Note each address in `values`, as a mere candidate where it is not `sure`. Where the call `yields` what stands
    for the address, the signal waits for who takes it.
    """
    place: Place | None = None
    handles: list[tuple[Handle | Reply, tuple[tuple[str, int], ...]]] = []
    for value, when in _flat(values):
        if isinstance(value, Handle):
            folder.ledger.consume(value.origin)
        elif isinstance(value, Catalogue):
            continue
        elif isinstance(value, Table):
            if folder.concerned(value.address):
                place = place or folder.place(node, told)
                folder.ledger.entry(value.target, QUERY, place, via)
            continue
        elif isinstance(value, Reply):
            replies.note(folder, value, sure=sure)
            continue
        text = as_text(value)
        reached = at_endpoint(text, endpoint)
        if reached != text:
            folder.ledger.spoken(text)
        if strict and addresses.stored(reached):
            # No client of the web opens that.
            continue
        address = (addresses.fetched if strict else addresses.given)(reached)
        if address is None and strict and (asked := addresses.given(reached)) is not None and folder.concerned(asked):
            handles.append((Reply(asked, folder.place(node, told), via), when))
        if address is None:
            part = addresses.partly(reached, remote=remote) if sure and not strict and folder.site is None else None
            if part is not None:
                place = place or folder.place(node, told)
                folder.ledger.partly(role, part, place, via)
                handles += [(Handle(part, -1), when)] * yields
            continue
        place = place or folder.place(node, told)
        if not folder.concerned(address):
            if yields:
                handles.append((Handle(address, -1), when))
        elif yields:
            pending = folder.ledger.pend(role, address, place, via, sure=sure and folder.sure_of(text, when))
            handles.append((Handle(address, pending), when))
        else:
            folder.ledger.use(role, address, place, via, sure=sure and folder.sure_of(text, when))
    if not handles:
        return NOTHING
    return tuple(NOTHING[0]._replace(value=handle, choices=when) for handle, when in handles)


def _flat(values: Values, depth: int = 0) -> list[tuple[Value, tuple[tuple[str, int], ...]]]:
    found: list[tuple[Value, tuple[tuple[str, int], ...]]] = []
    for value, when in values:
        if isinstance(value, Items) and depth < 3:
            inner = [each for item in value.each for each in _flat(item, depth + 1)]
            found += inner if len(inner) <= MOST_VALUES else [(_family(inner), when)]
        elif isinstance(value, Entries) and depth < 3:
            found += [each for item in list(value.each.values())[:MOST_VALUES] for each in _flat(item, depth + 1)]
        else:
            found.append((value, when))
    return found[: MOST_VALUES * 2]


def _family(many: list[tuple[Value, tuple[tuple[str, int], ...]]]) -> Value:
    """One template for a long list of addresses: what they begin with, up to a slash."""
    shared = commonprefix([as_text(value) for value, _ in many])
    return f"{shared.rpartition('/')[0]}/{UNKNOWN}" if shared.count("/") > 2 else UNKNOWN_VALUE


def open_catalogue(folder: "Folder", node: ast.Call, given: list[Values], named: dict[str, Values], via: str) -> Values:
    """A catalogue: the file it is in is read, what is taken out of it follows."""
    spec = Known(Role.READS, 0, ("uri", "urlpath", "obj", "esmcol_obj", "url", "path"))
    told, values = _argument(spec, node, given, named)
    if values is None:
        return NOTHING
    value = only(values)
    if isinstance(value, Items) and len(value.each) == 1:
        value = only(value.each[0])
    if "://" in as_text(value) and addresses.given(as_text(value)) is None:
        return NOTHING
    noted(folder, Role.READS, values, node, told, f"intake.{via}")
    text = as_text(value)
    return one(Catalogue(text)) if text and not text.startswith(UNKNOWN) else NOTHING


def special(
    folder: "Folder", full: str, last: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """Calls whose address is spread over several arguments; `None` for all others."""
    if last in _STORES:
        root, name = named.get("target_root", NOTHING), named.get("store_name", NOTHING)
        told = next((each.value for each in node.keywords if each.arg in {"store_name", "target_root"}), None)
        value = joined([root, one("/"), name])
        if isinstance(only(root), str):
            value = joined([one(str(only(root)).rstrip("/")), one("/"), name])
        if as_text(only(root)).startswith(UNKNOWN):
            for each, _ in name:
                if isinstance(each, str) and addresses.suffixed(each) and UNKNOWN not in each and "://" not in each:
                    folder.ledger.written_by_name(each.strip("/"), folder.place(node, told), last)
        else:
            noted(folder, Role.WRITES, value, node, told, last)
        return NOTHING
    if last == "rechunk":
        # What is read is noted as any other call's; what lies there for a while only is nobody's data.
        for passing, _ in named.get("temp_store", given[4] if len(given) > 4 else NOTHING):
            if isinstance(passing, Handle):
                folder.ledger.consume(passing.origin)
        target = named.get("target_store", given[3] if len(given) > 3 else NOTHING)
        told = next((each.value for each in node.keywords if each.arg == "target_store"), None)
        noted(folder, Role.WRITES, target, node, told, "rechunk")
        return None
    if (top_last := (full.partition(".")[0], last)) in _DOWNLOADS:
        return _downloaded(folder, top_last, node, given, named)
    if top_last in {("uxarray", "open_dataset"), ("uxarray", "open_mfdataset")}:
        noted(folder, Role.READS, given[0] if given else NOTHING, node, None, last)
        return None
    if last in {"ConcatDim", "MergeDim"}:
        name, keys = [*given, NOTHING][0], named.get("keys", given[1] if len(given) > 1 else NOTHING)
        return one(Entries({"dimension": named.get("name", name), "keys": keys}))
    if last == "FilePattern":
        return _pattern(folder, node, given, named)
    if full.startswith(("huggingface_hub.", "datasets.")):
        return _hugging_face(folder, last, node, given, named)
    return None


def _downloaded(
    folder: "Folder", call: tuple[str, str], node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    """A file that is fetched from the web: data, if its address or the name that it gets is that of data."""
    told = node.args[0] if node.args else None
    values = named.get("url", given[0] if given else NOTHING)
    if "id" in named:
        values = joined([one("https://drive.google.com/uc?id="), named["id"]])
    copy = next((named[key] for key in ("filename", "out", "output") if key in named), [*given, NOTHING, NOTHING][1])
    for each in values:
        copies = [as_text(value) for value, when in copy if merged(when, each.choices) is not None]
        looks = call[0] == "gdown" or (copies and all(map(_named_as_data, copies)))
        looks = looks or addresses.fetched(as_text(each.value)) is not None
        noted(folder, Role.READS, (each,), node, told, ".".join(call), sure=looks)
    return NOTHING


def _named_as_data(copy: str) -> bool:
    """Whether a file that is called so is one of data."""
    return addresses.suffixed(copy) or addresses.packed(copy)


def _pattern(folder: "Folder", node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    from leap_kg.links.code import functions

    function = only(named.get("format_function", given[0] if given else NOTHING))
    if not isinstance(function, Function):
        return NOTHING
    arguments: dict[str, Values] = {}
    for each in given[1:]:
        dimension = only(each)
        if isinstance(dimension, Entries) and isinstance(name := only(dimension.each.get("dimension")), str):
            arguments[name] = elements(dimension.each.get("keys", NOTHING), f"dimension {name}")
    found = functions.follow(folder, function, [], arguments, node)
    noted(folder, Role.READS, found, node, node.args[0] if node.args else None, "FilePattern")
    return NOTHING


def _hugging_face(
    folder: "Folder", last: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    if last in {"HfFileSystem", "HfApi"}:
        return one(External("huggingface_hub.HfApi")) if last == "HfApi" else None
    told = node.args[0] if node.args else None
    owner = only(named.get("repo_id", named.get("path", given[0] if given else None)))
    kind = only(named.get("repo_type")) if "repo_type" in named else "model"
    if last == "load_dataset":
        if isinstance(owner, str) and owner in _BUILDERS:
            noted(folder, Role.READS, named.get("data_files", NOTHING), node, None, "datasets.load_dataset")
            return NOTHING
        kind = "dataset"
    reads = last in {"hf_hub_download", "snapshot_download", "load_dataset", "hf_hub_url"}
    writes = last in {"upload_file", "upload_folder", "upload_large_folder", "create_repo"}
    if not reads and not writes:
        return None
    if not isinstance(owner, str) or UNKNOWN in owner or owner.startswith((".", "/")) or owner.count("/") > 1:
        return NOTHING
    if "/" not in owner and last != "load_dataset":
        return NOTHING
    home = {"dataset": "hf://datasets/", "space": "hf://spaces/"}.get(str(kind), "hf://")
    file = named.get("filename", given[1] if last == "hf_hub_download" and len(given) > 1 else None)
    inside = named.get("subfolder")
    pieces = [one(f"{home}{owner}")]
    for part in (inside, file):
        if part is not None and last == "hf_hub_download" and only(part) is not None:
            pieces += [one("/"), part]
    noted(folder, Role.READS if reads else Role.WRITES, joined(pieces), node, told, f"huggingface.{last}")
    return NOTHING
