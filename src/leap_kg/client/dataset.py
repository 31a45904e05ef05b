"""A dataset of the graph: what it is, how to open it, who uses it, how to cite it, and how it came to be.

Each part is asked for when it is first needed and kept; a `Dataset` of a moment says what was known then.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leap_kg.client import lookups
from leap_kg.client.asking import Moment, moment_of
from leap_kg.client.citing import suffix_of
from leap_kg.client.errors import Ambiguous, NotFound, printable
from leap_kg.client.facts import (
    Change,
    Origin,
    Use,
    Variable,
    Version,
    kind_of,
    number,
    share,
    stores_in,
    users_in,
    variables_in,
)
from leap_kg.client.opening import opened
from leap_kg.client.records import Records, definitions, escaped, link, made
from leap_kg.client.snippets import code
from leap_kg.client.stores import Plan, Store, is_here, plan
from leap_kg.unlisted import APART, Arrays

if TYPE_CHECKING:
    import xarray

    from leap_kg.client.graph import Client

_DCT = "http://purl.org/dc/terms/"
_SCHEMA = "https://schema.org/"
_TITLES = (f"{_DCT}title", f"{_SCHEMA}name")
_DESCRIPTIONS = (f"{_DCT}description", f"{_DCT}abstract", f"{_SCHEMA}description")
_USERS = "questions/evidence-of-users"


class Dataset:
    """One dataset; made by `Client.dataset`. `iri` names it, `at` is the moment it is looked at, `None` for now."""

    def __init__(self, client: "Client", iri: str, at: Moment = None) -> None:
        self._client = client
        self.iri = iri
        self.at = at

    def __repr__(self) -> str:
        then = f" at {moment_of(self.at)}" if self.at is not None else ""
        return f"<leap_kg dataset {printable(self.slug, 200)}{then}>"

    @cached_property
    def slug(self) -> str:
        """The name that `Client.dataset` takes: the IRI's path below `dataset/`, or the whole IRI of others."""
        return self._client.slug(self.iri)

    @property
    def url(self) -> str:
        """Its page."""
        page = self._client.page(self.iri)
        moment = moment_of(self.at)
        return f"{page}{'&' if '?' in page else '?'}at={quote(moment)}" if moment else page

    # --- what is said of it

    @cached_property
    def facts(self) -> Mapping[str, list[tuple[str, str]]]:
        """Everything said of it: by the IRI of a property, each value with its name, `""` if it has none."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in self._rows(lookups.facts(self.iri)):
            found.setdefault(row.get("property", ""), []).append((row.get("value", ""), row.get("label", "")))
        return found

    @property
    def title(self) -> str:
        """Its title, else its name."""
        return self._said(*_TITLES) or self.slug

    @property
    def description(self) -> str:
        """Its description."""
        return self._said(*_DESCRIPTIONS)

    @property
    def keywords(self) -> tuple[str, ...]:
        """Its keywords."""
        return tuple(value for value, _ in self.facts.get("http://www.w3.org/ns/dcat#keyword", ()))

    @property
    def licence(self) -> str:
        """The licence: its SPDX identifier or IRI, else what the publisher wrote."""
        given = self._said(f"{_DCT}license")
        return given.removeprefix("https://spdx.org/licenses/") or self._said(f"{_DCT}rights")

    @cached_property
    def stores(self) -> Records[Store]:
        """Where its data lie."""
        return Records(Store, stores_in(self._rows(lookups.stores(self.iri))), "store")

    @cached_property
    def variables(self) -> Records[Variable]:
        """Its variables and those of its stores."""
        return Records(Variable, variables_in(self._rows(lookups.variables(self.iri))), "variable")

    def used_by(self) -> Records[Use]:
        """Papers, notebooks and code that use it or what was derived from it: each once, with its evidence."""
        rows = self._client.rows_of(_USERS, self.at, data=self.iri)
        names = self._labels({row["user"] for row in rows if "user" in row})
        full = [
            {
                **row,
                "evidence": row.get("quote", ""),
                "title": names.get(row.get("user", ""), {}).get("label", ""),
                "kind": kind_of(names.get(row.get("user", ""), {}).get("types", "")),
            }
            for row in rows
        ]
        return Records(Use, users_in(made(Use, full, confidence=share)), "use")

    @cached_property
    def provenance(self) -> Records[Origin]:
        """Recipe, feedstock, environment, runs and what it was derived from; and the sources that describe it."""
        rows = self._rows(lookups.provenance(self.iri))
        return Records(Origin, made(Origin, rows, revision=number), "origin")

    @cached_property
    def versions(self) -> Records[Version]:
        """Its versions and those of its stores, as far as the graph says."""
        return Records(Version, made(Version, self._rows(lookups.versions(self.iri))), "version")

    @cached_property
    def history(self) -> Records[Change]:
        """Every revision that changed what is said of it, newest first."""
        rows = self._client.rows(lookups.history(self.iri), endpoint="/changes/sparql")
        return Records(Change, made(Change, rows, revision=number, added=number, removed=number), "change")

    def then(self, at: Moment) -> "Dataset":
        """The same dataset as the graph knew it at another moment: a revision, a date or a time."""
        return Dataset(self._client, self.iri, at)

    # --- how to cite it

    def cite(self, style: str = "text") -> str:
        """How to cite it and the works that it names, as its page says it: `bibtex`, `csl` (CSL-JSON), `ris` or `text`.

        `text` has a line for each of them, the dataset first.
        """
        return self._client.form(self.iri, suffix_of(style), self.at).removesuffix("\n")

    # --- how to open it

    def store(self, name: str | int | None = None) -> Store:
        """A store by its name, a part of its name, title or address, its IRI, or its place in `stores`.

        Without a name the only one, or the only one that is no copy of another and answered when it was harvested.
        Raises `Ambiguous` and `NotFound` with the names that there are.
        """
        known = self.stores
        names = tuple(store.name for store in known)
        if not known:
            raise NotFound(f"the graph knows no store of {self.slug}", f"Look at its page: {self.url}")
        if isinstance(name, int):
            if not -len(known) <= name < len(known):
                raise NotFound(f"{self.slug} has {len(known)} stores", f"They are {', '.join(names)}.")
            return known[name]
        if name is None:
            own = {store.iri for store in known}
            silent = ("missing", "refused", "unreachable", "empty", "broken")
            found = [store for store in known if not own & set(store.derived_from)] or list(known)
            found = [store for store in found if store.status not in silent] or found
        else:
            found = [store for store in known if name in (store.name, store.iri, store.uri)]
            found = found or [s for s in known if name.lower() in f"{s.name}\n{s.title}\n{s.uri}".lower()]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        if not found:
            raise NotFound(f"{self.slug} has no store named {name!r}", f"There are {listed}.")
        which = f"{len(found)} stores of {self.slug} are meant" if name else f"{self.slug} has {len(known)} stores"
        fix = f"Choose one, as in to_xarray({found[0].name!r}); there are {listed}."
        raise Ambiguous(which, fix, tuple(store.name for store in found))

    def to_xarray(self, store: str | int | None = None, **arguments: Any) -> "xarray.Dataset":  # noqa: ANN401
        """Open a store lazily; `store` as in `store()`, `arguments` are those of `xarray.open_dataset`.

        Raises `CannotOpen` and `NotInstalled`, which say why and what to do.
        """
        chosen = self._plan(store, arguments)
        found: xarray.Dataset = opened(chosen, local=is_here(self._client.host))
        found.encoding["source"] = chosen.url
        return found

    def snippet(self, store: str | int | None = None, **arguments: Any) -> str:  # noqa: ANN401
        """The Python that `to_xarray` stands for, to be run without the client."""
        return code(self._plan(store, arguments))

    def _plan(self, store: str | int | None, arguments: Mapping[str, Any]) -> Plan:
        chosen = self.store(store)
        return plan(chosen, self._client.url, arguments, lambda: self._arrays(chosen))

    def _arrays(self, store: Store) -> Arrays:
        """What harvesting found in a store."""
        faults = {row.get("kind", "").rpartition("/")[2] for row in self._rows(lookups.faults(store.iri))}
        if APART not in faults:
            return Arrays()
        return Arrays(tuple(each.name for each in self.variables if each.of == store.iri), consolidated=False)

    def _repr_html_(self) -> str:
        lines = {
            "What it is": escaped(self.description, 600) if self.description else "",
            "Licence": escaped(self.licence) if self.licence else "",
            "Keywords": ", ".join(escaped(word) for word in self.keywords[:20]),
            "IRI": link(self.iri, self.iri),
            "At": escaped(moment_of(self.at)) if self.at is not None else "",
        }
        variables = self.variables._repr_html_() if len(self.variables) else ""
        return (
            f"<div><p><strong>{link(self.title, self.url)}</strong></p>{definitions(lines)}"
            f"{self.stores._repr_html_()}{variables}</div>"
        )

    # --- reading

    def _rows(self, query: str) -> list[dict[str, str]]:
        return self._client.rows(query, self.at)

    def _labels(self, nodes: set[str]) -> dict[str, dict[str, str]]:
        if not nodes:
            return {}
        return {row["node"]: row for row in self._rows(lookups.labels(sorted(nodes))) if "node" in row}

    def _said(self, *properties: str) -> str:
        return next((value for name in properties for value, _ in self.facts.get(name, ())), "")
