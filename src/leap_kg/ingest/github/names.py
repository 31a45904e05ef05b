"""Names of repositories and organisations as sources files write them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from leap_kg.ontology.identifiers import Refusal, github


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        found = github.parse_repository(name)
        if isinstance(found, Refusal):
            raise ValueError(f"{name!r}: {found.reason}; {found.hint}")
    return names


Repositories = Annotated[tuple[str, ...], AfterValidator(_known)]
"""Repositories in any form that names one: `owner/name`, an address."""

Organisation = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$")]
"""The login of an organisation."""
