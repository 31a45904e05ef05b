"""What the graph knows of hubs, for who declares or renders one: which have values, and what of these was not kept."""

from difflib import get_close_matches

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.hub.declared.declaring import clusters_declared, declared, hub_node
from leap_kg.hub.declared.release import ReleasesFaulty
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_document
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA, SH, ours

_MOST = 5  # hubs named at once: a platform may have hundreds


def has_values(store: Engine, domain: str, base: str) -> bool:
    """Whether the graph has values of the hub at a domain, be they whole or not."""
    hub = hub_node(domain, base)
    root = part(settings_document(hub), "setting", VALUES)
    return stands(store, hub, SCHEMA("additionalProperty"), root)


def hubs_with_values(store: Engine, base: str) -> list[str]:
    """The domains of all hubs whose values the graph has."""
    prefix = hub_node("", base).value
    found = [quad.subject for quad in looked_up(store, None, RDF("type"), ours(base)("HubDeployment"))]
    hubs = {each.value.removeprefix(prefix) for each in found if isinstance(each, NamedNode)}
    return sorted(each for each in hubs if has_values(store, each, base))


def those_there_are(store: Engine, domain: str, base: str) -> str:
    """What to say of a hub that the graph has no values of: those it has, the most alike first, a few of them."""
    known = hubs_with_values(store, base)
    if not known:
        return "it has values of no hub"
    near = get_close_matches(domain.lower(), known, _MOST, 0.5)
    named = list(dict.fromkeys([*near, *known]))[:_MOST]
    more = f" and {len(known) - len(named)} more" if len(known) > len(named) else ""
    return f"it has values of {', '.join(named)}{more}"


def releasing(store: Engine, hub: str, base: str) -> list[str]:
    """The clusters for which a release of a hub is declared."""
    return [cluster for cluster in clusters_declared(store, base) if _releases(store, cluster, hub, base)]


def withheld(store: Engine, domain: str, base: str) -> list[str]:
    """What was left out of the values of a hub when its files were harvested, since it looks like a secret."""
    secret, found = mint(base, "finding-kind", "secret"), set[str]()
    for finding in looked_up(store, None, SH("focusNode"), hub_node(domain, base)):
        node = finding.subject
        if stands(store, node, DCT("type"), secret):
            said = looked_up(store, node, SH("resultMessage"))
            found |= {each.object.value for each in said if isinstance(each.object, Literal)}
    return sorted(found)


def _releases(store: Engine, cluster: str, hub: str, base: str) -> bool:
    try:
        found = declared(store, cluster, base)
    except ReleasesFaulty:  # whoever asks for that cluster is told
        return False
    return found is not None and any(each.hub == hub for each in found.releases)
