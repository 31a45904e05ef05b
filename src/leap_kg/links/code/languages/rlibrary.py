"""What functions of R do: those that put texts, vectors and lists together, and those that read and write data."""

import ast
import re

from leap_kg.links.code import deposits, options, queries
from leap_kg.links.code.languages import foreign, rstores, vectors
from leap_kg.links.code.languages.following import Follower
from leap_kg.links.code.languages.known import R_CALLS
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Entries,
    External,
    Function,
    Items,
    Value,
    Values,
    bounded,
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN

_SAME = {
    "as.character", "as.vector", "unlist", "invisible", "print", "unique", "sort", "rev", "trimws", "I", "noquote",
    "suppressWarnings", "suppressMessages", "suppressPackageStartupMessages", "try", "tryCatch", "withCallingHandlers",
    "force", "identity", "url", "curl", "gzcon", "URLencode", "utils::URLencode", "as.list", "set_names", "setNames",
    "local", "system.time", "isolate", "reactive", "factor", "as_tibble", "normalizePath", "path.expand", "quietly",
    "try_fetch", "with_progress", "gzfile", "str_trim", "str_squish", "curl_escape", "as.integer", "as.numeric",
    "path_expand", "tibble::as_tibble", "enc2utf8", "assert_that",
}  # fmt: skip
_MAPS = {
    "lapply", "sapply", "vapply", "map", "map_chr", "map_dfr", "map_df", "map_dfc", "map_vec", "map_lgl", "map_int",
    "walk", "future_map", "future_lapply", "mclapply", "pblapply", "parLapply", "imap", "iwalk", "map_dbl",
    "future_walk", "future_sapply", "pbsapply", "llply", "ldply",
}  # fmt: skip
_SIDE_BY_SIDE = {"map2", "walk2", "map2_chr", "pmap", "pwalk", "mapply", "Map", "future_map2", "map2_dfr", "pmap_dfr"}
_MADE = {"data.frame", "tibble", "list", "data.table", "tribble", "list2", "expand.grid"}
_NAMED_ONLY = {".default", "simplify", "USE.NAMES", ".id", ".progress"}
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_PATTERN = re.compile(r"[\\^$|()\[\]?*+{}]")
_LETTERS = {"letters": "abcdefghijklmnopqrstuvwxyz", "LETTERS": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class RLibrary:
    """The functions of R and of its packages, by their bare names."""

    building = frozenset(
        {
            "paste0", "paste", "sprintf", "glue", "str_glue", "file.path", "str_c", "gsub", "sub", "str_replace",
            "path", "str_replace_all", "str_interp", "interp", "here", "path_join", "gettextf",
        }
    )  # fmt: skip

    def told(self, name: str) -> Values:
        """A name that nobody bound is a function of R or a package."""
        if name in _LETTERS:
            return one(Items(tuple(map(one, _LETTERS[name]))))
        return one(Items(tuple(map(one, _MONTHS)))) if name == "month.abb" else one(External(name))

    def turned(self, value: Value) -> Value:
        """A single value is a vector of one; a named vector gives its values."""
        if isinstance(value, Entries):
            return Items(tuple(value.each.values()))
        return Items((one(value),)) if isinstance(value, str | int | float) else value

    def call(
        self, folder: Follower, full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
    ) -> Values:
        """What the function returns; what it reads and writes is noted."""
        if (found := foreign.in_python(folder, full, node, given, named)) is not None:
            return found
        name = full.rpartition("::")[2]
        if (built := _texts(folder, name, given, named)) is not None:
            return built
        if (made := _vectors(name, given, named)) is not None:
            return made
        if (chosen := _chosen(name, given, named)) is not None:
            return chosen
        if name in _MAPS | _SIDE_BY_SIDE:
            return _mapped(folder, name, node, given, named)
        if name == "do.call" and len(given) > 1:
            inner = only(given[1])
            listed = list(inner.each) if isinstance(inner, Items) else []
            keyed = {k: v for k, v in inner.each.items() if isinstance(k, str)} if isinstance(inner, Entries) else {}
            function = only(given[0])
            return folder.applied(External(function) if isinstance(function, str) else function, listed, keyed, node)
        if name in _SAME:
            return given[0] if given else next(iter(named.values()), NOTHING)
        return _ran(folder, name, full, node, given, named)


def _ran(
    folder: Follower, name: str, full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    if name == "source":
        foreign.include(folder, given[0] if given else named.get("file", NOTHING))
        return NOTHING
    if name in {"import", "import_from_path"} and full.startswith("reticulate::"):
        return foreign.imported(given[0] if given else NOTHING)
    if name == "import" and given and "://" not in str(only(given[0])):
        return foreign.imported(given[0])
    if name in {"read_yaml", "yaml.load_file", "fromJSON", "read_json", "get", "read.config", "parseTOML"}:
        found = foreign.settings(folder, given, named)
        if found is not None:
            return found
    if name == "get" and full == "config::get":
        table = only(folder.neighbours.settings("config.yml", folder.passage.path))
        return table.each.get("default", NOTHING) if isinstance(table, Entries) else NOTHING
    if name in {"dbGetQuery", "dbExecute", "dbSendQuery", "dbSendStatement", "sql"}:
        for query in given:
            queries.noted(folder, query, node, name)
        return NOTHING
    if name == "download_zenodo":
        return deposits.noted(folder, [*given[:1], *(named[key] for key in ("doi",) if key in named)], node, full)
    if name in {"system", "system2", "shell", "run"}:
        foreign.run(folder, node, [*given, *(named[key] for key in ("command", "args") if key in named)])
        return NOTHING
    if name in {"make_option", "add_argument", "add_option"}:
        flags = [inner for each in given for inner in vectors.listed(each) or (each,)]
        options.declare(folder, "add_argument", flags, named)
        return given[0] if name != "make_option" and given else NOTHING
    if name in {"parse_args", "docopt"}:
        each: dict[str | int, Values] = {}
        each.update(folder.options)
        return one(Entries({**each, "options": one(Entries(each))}))
    if (bucket := rstores.bucket(folder, name, full, node, given, named)) is not None:
        return bucket
    if (deposit := rstores.deposit(folder, name, full, node, given, named)) is not None:
        return deposit
    spec = R_CALLS.get(name)
    return foreign.note(folder, spec, full, node, given, named) if spec is not None else NOTHING


def _texts(folder: Follower, name: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """Functions whose result is a text or a vector of texts."""
    if name in {"paste0", "str_c"}:
        separator = named.get("sep", one("")) if name == "str_c" else one("")
        return vectors.pasted(given, separator, named.get("collapse"))
    if name == "paste":
        return vectors.pasted(given, named.get("sep", one(" ")), named.get("collapse"))
    if name in {"file.path", "path", "path_join", "here"}:
        return vectors.pasted(given, named.get("fsep", one("/")))
    if name in {"sprintf", "gettextf"}:
        template = named.get("fmt", given[0] if given else NOTHING)
        return vectors.formatted(template, given if "fmt" in named else given[1:])
    if name in {"glue", "str_glue", "interp", "str_interp"}:
        return _glued(folder, given, named)
    if name in {"gsub", "sub"} and len(given) + len(named) >= 3:
        pattern, by, text = (
            named.get(key, given[at] if at < len(given) else NOTHING)
            for at, key in enumerate(("pattern", "replacement", "x"))
        )
        plain = only(pattern)
        fixed = only(named.get("fixed")) is True
        return vectors.replaced(text, plain if fixed or not _PATTERN.search(str(plain)) else None, by)
    if name in {"str_replace", "str_replace_all"} and len(given) == 3:
        plain = only(given[1])
        return vectors.replaced(given[0], plain if not _PATTERN.search(str(plain)) else None, given[2])
    if name in {"tolower", "toupper", "str_to_lower", "str_to_upper"} and given:
        change = str.lower if name.endswith("lower") else str.upper
        return vectors.rows(
            given[:1], lambda row: tuple(Alternative(change(v) if isinstance(v, str) else v, w) for v, w in row[0])
        )
    if name in {"formatC", "str_pad"} and given:
        return _padded(name, given, named)
    return None


def _padded(name: str, given: list[Values], named: dict[str, Values]) -> Values:
    width = only(named.get("width", given[1] if len(given) > 1 else None))
    filled = only(named.get("pad" if name == "str_pad" else "flag", given[3] if len(given) > 3 else None)) in ("0", 0)
    if not isinstance(width, int) or not 0 < width < 20 or not filled:
        return given[0] if width is None else NOTHING
    return vectors.formatted(one(f"%0{width}d"), given[:1])


def _glued(folder: Follower, given: list[Values], named: dict[str, Values]) -> Values:
    """`glue("https://host.org/{name}.nc")`: names in braces are those of the call, then those of the code."""
    whole = only(vectors.pasted(given, named.get(".sep", one(""))))
    if not isinstance(whole, str):
        return NOTHING
    pieces: list[Values] = []
    end = 0
    for match in _FIELD.finditer(whole):
        before = whole[end : match.start()]
        end = match.end()
        if match[1] is None:
            pieces.append(one(before + match[0][0]))
            continue
        pieces += [one(before.removesuffix("$") if before.endswith("$") else before), _field(folder, match[1], named)]
    return vectors.pasted([*pieces, one(whole[end:])])


def _field(folder: Follower, text: str, named: dict[str, Values]) -> Values:
    first, *keys = text.strip().split("$")
    if f"{{{text}}}" == UNKNOWN:
        return NOTHING
    found = named.get(first) or folder.scope.get(first) or NOTHING
    for key in keys:
        value = only(found)
        found = value.each.get(key, NOTHING) if isinstance(value, Entries) else NOTHING
    return found


def _vectors(name: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """Functions whose result is a vector or a list."""
    first = given[0] if given else NOTHING
    if name == "c":
        return foreign.entries(named) if named and not given else one(vectors.flattened([*given, *named.values()]))
    if name in _MADE:
        return one(Items(tuple(given))) if given and not named else foreign.entries(named)
    if name in {":", "seq", "seq.int", "seq_len"}:
        bounds = [one(1), first] if name == "seq_len" or (len(given) == 1 and not named) else list(given)
        bounds += [named[key] for key in ("from", "to", "by") if key in named]
        if "length.out" in named:
            return NOTHING
        return vectors.counted(bounds, last_is_step=True)
    if name in {"seq_along"}:
        return vectors.numbered(first)
    if name == "length":
        each = vectors.listed(first)
        return one(len(each)) if each is not None else one(1) if isinstance(only(first), str) else NOTHING
    if name == "names":
        value = only(first)
        return one(Items(tuple(map(one, value.each)))) if isinstance(value, Entries) else NOTHING
    if name in {"rep", "rep_len"}:
        return first
    if name in {"append"} and len(given) > 1:
        return one(vectors.flattened(given[:2]))
    if name in {"head", "tail", "first", "last", "nth", "pull", "sample"} and given:
        return first if vectors.listed(first) is not None else NOTHING
    if name in {"%+%", "%s+%"}:
        return vectors.pasted(given)
    if name == "*":
        return vectors.multiplied(*given[:2])
    if name in {"%/%", "%//%"} and len(given) == 2 and isinstance(only(first), str):
        return vectors.pasted(given, one("/"))
    return None


def _chosen(name: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """Functions that take one of their arguments."""
    if name in {"ifelse", "if_else", "fifelse"}:
        arms = [*given[1:3], *(named[key] for key in ("yes", "no", "true", "false") if key in named)]
        return bounded(each for arm in arms for each in arm)
    if name in {"switch", "case_match", "recode"}:
        wanted = only(given[0]) if given else None
        if isinstance(wanted, str) and wanted in named:
            return named[wanted]
        return bounded(each for arm in (*named.values(), *given[1:]) for each in arm)
    if name == "match.arg" and given:
        each = vectors.listed(given[0])
        return bounded(alternative for values in each for alternative in values) if each else given[0]
    if name in {"%||%", "coalesce"}:
        return bounded(each for arm in given for each in arm if each.value is not None)
    if name in {"Sys.getenv", "getOption"}:
        default = named.get("unset", named.get("default", given[1] if len(given) > 1 else NOTHING))
        return default if only(default) not in (None, "") else NOTHING
    return None


def _mapped(folder: Follower, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    keys = ("FUN", ".f", "f", "fun")
    every = [*given, *(named[key] for key in ("X", ".x", ".y", ".l", "cl") if key in named)]
    function: Value = next((v for key in keys if isinstance(v := only(named.get(key)), Function | External)), None)
    if function is None:
        place = next((at for at, each in enumerate(every) if isinstance(only(each), Function | External)), None)
        if place is None:
            return NOTHING
        function = only(every.pop(place))
    rest = {key: value for key, value in named.items() if key not in {*keys, *_NAMED_ONLY, "X", ".x", ".y", ".l"}}
    count = len(every) if name in _SIDE_BY_SIDE else 1
    sources, more = every[:count], every[count:]
    if name in {"pmap", "pwalk"} and sources:
        rows = only(sources[0])
        if isinstance(rows, Entries):
            keyed = [key for key in rows.each if isinstance(key, str)]
            return vectors.mapped(
                folder, function, [rows.each[key] for key in keyed], f"map{node.lineno}:{node.col_offset}",
                lambda called, turns: folder.applied(called, [], dict(zip(keyed, turns, strict=True)), node),
            )  # fmt: skip
        sources = list(rows.each) if isinstance(rows, Items) else sources
    return vectors.mapped(
        folder, function, sources, f"map{node.lineno}:{node.col_offset}",
        lambda called, turns: folder.applied(called, [*turns, *more], rest, node),
    )  # fmt: skip
