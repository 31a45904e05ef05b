"""Source `billing`: what a cloud billed, from CSV exports in a folder or at addresses, as costs by week.

A record is an ISO week, or a file with what is wrong in it. Hazard: sums of files that cannot all be read would be too
low; then the listing fails as a whole, and what was published stays.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from leap_kg.ingest.billing.mapping import Names, map_file, map_week
from leap_kg.ingest.billing.summing import FileSum, Sums, TooMany, Total, overlaps, plain
from leap_kg.ingest.billing.usage import Columns
from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.esm.table import read_table
from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.files.folder import Folder
from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.hubs.declaration import domain_of
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.iri import mint

MAX_BYTES = 256 * 2**20
_WEEK, _FILE = "week ", "file "


class Billing(Source):
    """The exports in `folder`, and those at `urls`; keys are `week 2026-W10` and `file NAME`."""

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        folder: Path | None,
        urls: tuple[str, ...],
        columns: Columns,
        names: Names,
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = None
        self.stale_after = stale_after
        self._folder = folder
        self._urls = urls
        self._columns = columns
        self._names = names
        self._base = base
        self._prefix = f"{mint(base, 'file', id).value}/"

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """A record for each week that rows fall into, and one for each file."""
        sums, files = Sums(self._columns, self._names.currency), dict[str, FileSum]()
        known: dict[str, str] = {}
        twins: dict[str, str] = {}
        for url, data in self._files(listing.fetcher):
            digest = hashlib.sha256(data).hexdigest()
            if digest in known:
                twins[url] = known[digest]
                files[url] = FileSum()
                continue
            known[digest] = url
            files[url] = self._summed(sums, url, data)
        if not files:
            raise RecordUnusable("there is no export: put CSV files there, or correct `folder`", self._prefix)
        beside: dict[str, list[str]] = {}
        for one, other in overlaps(files):
            beside.setdefault(one, []).append(other)
        for url, told in files.items():
            content = _told(told, twins.get(url, ""), beside.get(url, []))
            yield self._ref(_FILE + url.removeprefix(self._prefix), "file", url, content)
        for week, accounts in sorted(sums.weeks.items()):
            names = sorted(accounts.items())
            content = {
                "week": week,
                "names": asdict(self._names),
                "costs": [{**asdict(account), **_total(total)} for account, total in names],
            }
            yield self._ref(_WEEK + week, "week", f"{self._prefix}{week}", content)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the network is not used."""
        return RawRecord(ref.key, ref.found)

    def map(self, record: RawRecord) -> Mapped:
        """A week as a bill with its costs, or a file with what is wrong in it."""
        if not record.parts:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        part = record.parts[0]
        value = json.loads(part.data)
        if part.role == "week":
            return map_week(record.key, self.id, value, self._base)
        return map_file(record.key, self.id, part.url, value, self._base)

    def _files(self, fetcher: Fetcher) -> Iterator[tuple[str, bytes]]:
        if self._folder is not None:
            folder = Folder(self._folder)
            if not folder.path.is_dir():
                raise RecordUnusable(f"there is no folder {self._folder}: correct its name", self._prefix)
            for key in sorted(key for key in folder.keys() if key.endswith(".csv")):  # noqa: SIM118 - no mapping
                url = self._prefix + quote(key)
                yield url, folder.read(key, url, MAX_BYTES)
        for url in self._urls:
            yield url, fetcher.fetch(Ask(url, body_bytes=MAX_BYTES)).data

    def _summed(self, sums: Sums, url: str, data: bytes) -> FileSum:
        rows = read_table(data, url)
        first = next(rows, None)
        if isinstance(first, dict):
            missing = [name for name in self._columns.needed if name not in first]
            if missing:
                has = ", ".join(list(first)[:30])
                hint = f"write under `columns` how they are called; the file has {has}"
                raise RecordUnusable(f"lacks the column {' and '.join(missing)}: {hint}", url)
        try:
            return sums.take([] if first is None else _again(first, rows))
        except TooMany as problem:
            raise RecordUnusable(f"has {problem}: give columns of names, not of single things", url) from None

    def _ref(self, key: str, role: str, url: str, content: Mapping[str, Any]) -> Ref:
        part = Part.cut(role, url, canonical(content).encode())
        return Ref(key, url, version=part.sha256, found=(part,))


_GOOGLE = Columns()


class ColumnsConfig(BaseModel):
    """The names of columns, where they are not Google Cloud's; see `Columns`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cost: str = _GOOGLE.cost
    credits: str = _GOOGLE.credits
    currency: str = _GOOGLE.currency
    start: str = _GOOGLE.start
    end: str = _GOOGLE.end
    hub: str = _GOOGLE.hub
    profile: str = _GOOGLE.profile
    group: str = _GOOGLE.group


class BillingConfig(SourceConfig):
    """`folder`: CSV files beside the sources file; `urls`: addresses of others. `cluster`: whose costs they are.

    `hubs` gives the domain of each hub by its name in the bill, `shared` names that belong to no hub, `profiles` and
    `groups` what the names in the bill stand for, where they are not the slug and the group itself; `currency` that of
    rows which give none, and the one that is expected of all others.
    """

    cluster: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    folder: str = ""
    urls: tuple[str, ...] = ()
    columns: ColumnsConfig = ColumnsConfig()
    hubs: dict[str, str] = Field(default_factory=dict)
    shared: tuple[str, ...] = ()
    profiles: dict[str, str] = Field(default_factory=dict)
    groups: dict[str, str] = Field(default_factory=dict)
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""

    @field_validator("hubs")
    @classmethod
    def _are_domains(cls, hubs: dict[str, str]) -> dict[str, str]:
        for name, domain in hubs.items():
            if domain_of(domain) is None:
                raise ValueError(f"{name}: {domain!r} is no domain such as hub.example.org")
        return hubs

    @model_validator(mode="after")
    def _has_files(self) -> "BillingConfig":
        if not self.folder and not self.urls:
            raise ValueError("give `folder` or `urls`: where the exports are")
        return self

    @property
    def local_files(self) -> tuple[str, ...]:
        """What is read beside the sources file."""
        return (self.folder,) if self.folder else ()

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Billing(
            id=self.id,
            title=self.title,
            folder=folder / self.folder if self.folder else None,
            urls=self.urls,
            columns=Columns(**self.columns.model_dump()),
            names=Names(
                cluster=self.cluster,
                hubs={name: domain_of(domain) or "" for name, domain in self.hubs.items()},
                shared=sorted(self.shared),
                profiles=dict(self.profiles),
                groups=dict(self.groups),
                currency=self.currency,
            ),
            stale_after=self.stale_after,
            base=base,
        )


def _again(first: dict[str, str] | str, rows: Iterator[dict[str, str] | str]) -> Iterator[dict[str, str] | str]:
    yield first
    yield from rows


def _total(total: Total) -> dict[str, Any]:
    return {
        "amount": plain(total.amount, 40),
        "rows": total.rows,
        "negative": plain(total.negative, 40),
        "negatives": total.negatives,
    }


def _told(told: FileSum, twin: str, beside: list[str]) -> dict[str, Any]:
    return {
        "rows": told.rows,
        "faulty": told.faulty,
        "totals": {currency: plain(amount, 40) for currency, amount in sorted(told.totals.items())},
        "first": told.first.isoformat() if told.first else "",
        "last": told.last.isoformat() if told.last else "",
        "faults": [asdict(fault) for fault in told.faults],
        "twin": twin,
        "overlaps": beside,
    }
