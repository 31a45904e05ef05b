"""What nobody may write, whatever the token covers: secrets in the settings of hubs, which all may read."""

from collections.abc import Iterable

from pyoxigraph import Quad

from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.screening import exposed_settings
from leap_kg.sparql.guard import Refused

_SHOWN = 10


def require_no_secrets(writer: Writer, added: Iterable[Quad], base: str) -> None:
    """Raise `Refused` (422) if quads that are to be added hold a secret; the reason says where, never what it is."""
    if wrong := exposed_settings(writer.store, added, base):
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise Refused(422, f"nothing was written: {'; '.join(wrong[:_SHOWN])}{more}")
