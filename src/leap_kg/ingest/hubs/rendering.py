"""What the graph says of a hub, as the values it was read from: the way back from triples to settings."""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, Triple

from leap_kg.ingest.hubs.charts import dig
from leap_kg.ingest.hubs.cluster import CLUSTER
from leap_kg.ingest.hubs.mapping import VALUES, chart_path
from leap_kg.ingest.hubs.settings import Setting, SettingFaulty, SettingsReader


def profile_list(triples: Iterable[Triple | Quad], hub: NamedNode) -> Setting:
    """The `singleuser.profileList` of a hub, equal to what its values files give; `None` if they give none.

    `triples` are those of the hub's source, or of any graphs that hold them. Raises as `SettingsReader.setting`.
    """
    reader = SettingsReader(triples)
    values = reader.setting(hub, VALUES)
    try:
        entry = reader.setting(hub, CLUSTER)
    except SettingFaulty:
        raise
    except KeyError:  # a hub that no cluster.yaml lists
        entry = None
    chart = entry.get("helm_chart") if isinstance(entry, dict) else None
    path = chart_path(values, chart if isinstance(chart, str) else "")
    found: Setting = dig(values, (*path, "singleuser", "profileList"))
    return found


def hub_values(triples: Iterable[Triple | Quad], hub: NamedNode) -> Setting:
    """All Helm values of a hub, merged, without secrets; raises as `SettingsReader.setting`."""
    return SettingsReader(triples).setting(hub, VALUES)
