"""What sources have in common that ask one API for works or for people: their configuration, and how they begin.

Hazard: the role of a kept body is part of what is stored; another name would make all that was kept unreadable.
"""

from abc import abstractmethod
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable, Source
from leap_kg.ingest.works.membership import Members

ROLE = "work"
"""The role of the one part of a work's record."""

Address = Annotated[str, Field(pattern=r"^https?://")]


class ApiConfig(SourceConfig):
    """`api`: where the API answers; what it is asked for is below that address."""

    api: Address


class RegisterConfig(ApiConfig):
    """`members`: what makes a work the platform's; `rows`: the length of a page of a listing."""

    members: Members = Members()
    rows: Annotated[int, Field(ge=1, le=1000)] = 200


C = TypeVar("C", bound=ApiConfig)
R = TypeVar("R", bound=RegisterConfig)


class ApiSource(Source, Generic[C]):
    """A source that is one API."""

    def __init__(self, config: C, base: str) -> None:
        self.id = config.id
        self.title = config.title
        self.origin = config.api
        self.stale_after = config.stale_after
        self._config = config
        self._base = base

    def _below(self, path: str) -> str:
        """The address of `path` at the API."""
        return f"{self._config.api.rstrip('/')}/{path}"


class Register(ApiSource[R]):
    """A register of works, one a record; the record's only part is the work as the register gives it."""

    def map(self, record: RawRecord) -> Mapped:
        """The work as triples; raises `Unreadable` or `RecordUnusable`."""
        part = record.part(ROLE)
        if part is None:
            raise RecordUnusable("the stored record lacks its work; harvest it again", record.key)
        return self._map(record.key, part)

    @abstractmethod
    def _map(self, key: str, part: Part) -> Mapped:
        """The same of its part."""
