"""What is said of a hub: who may use what, on which machine, with which storage; and of a cluster."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.hubs import hub_values
from leap_kg.ingest.hubs.settings import SettingsReader
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, FOAF, PROV, SCHEMA
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.hubs.test_source import hub, mapped, source

HUB = NamedNode(BASE + "hub/hub.example.org")
TEAMS = "https://github.com/orgs/org/teams/"
GITHUB = {
    "JupyterHub": {"authenticator_class": "github"},
    "GitHubOAuthenticator": {"allowed_organizations": ["Org:All"]},
}


def of(singleuser: object, config: object = None, **more: object) -> Mapped:
    """A hub whose values hold these settings."""
    values = {"jupyterhub": {"singleuser": singleuser, "hub": {"config": config or GITHUB}}, **more}
    record = mapped(values)
    assert validate(quads_in(record.triples, NamedNode(BASE + "g")), BASE) == []
    return record


def objects(record: Mapped, subject: NamedNode, predicate: NamedNode) -> set[str]:
    return {t.object.value for t in record.triples if (t.subject, t.predicate) == (subject, predicate)}  # type: ignore[union-attr]


def titled(record: Mapped, title: str) -> NamedNode:
    (node,) = [t.subject for t in record.triples if t.predicate == DCT("title") and t.object == Literal(title)]
    assert isinstance(node, NamedNode)
    return node


def machine(record: Mapped, node: NamedNode) -> dict[str, Any]:
    found = {}
    for measure in objects(record, node, SCHEMA("hasMeasurement")):
        (name,) = objects(record, NamedNode(measure), SCHEMA("propertyID"))
        (value,) = objects(record, NamedNode(measure), SCHEMA("value"))
        found[name.rsplit("/", 1)[-1]] = value
    return found


PROFILE = {
    "display_name": "GPU",
    "slug": "gpu",
    "allowed_groups": ["org:staff", "org:large"],
    "kubespawner_override": {"mem_limit": "8G", "node_selector": {"node.kubernetes.io/instance-type": "n1"}},
    "profile_options": {
        "requests": {
            "choices": {
                "t4": {
                    "display_name": "T4",
                    "kubespawner_override": {
                        "cpu_limit": 1.5,
                        "node_selector": {"cloud.google.com/gke-accelerator": "nvidia-tesla-t4"},
                        "extra_resource_limits": {"nvidia.com/gpu": "2", "other": "1"},
                    },
                },
                "a100": {"allowed_groups": ["org:large"], "kubespawner_override": {"mem_limit": None}},
            }
        },
        "image": {"choices": {"one": {"display_name": "One", "kubespawner_override": {"image": "x/one:1"}}}},
    },
}


def test_a_profile_its_choices_and_who_may_use_them() -> None:
    record = of({"profileList": [PROFILE]})
    gpu, t4, a100 = titled(record, "GPU"), titled(record, "T4"), titled(record, "a100")
    assert objects(record, gpu, DCT("type")) == {BASE + "hub-part/profile"}
    assert objects(record, t4, DCT("type")) == {BASE + "hub-part/machine"}
    assert objects(record, titled(record, "One"), DCT("type")) == {BASE + "hub-part/choice"}
    assert objects(record, gpu, SCHEMA("isPartOf")) == {HUB.value}
    assert objects(record, t4, SCHEMA("isPartOf")) == {gpu.value}
    assert objects(record, HUB, DCT("audience")) == {TEAMS + "all"}
    assert objects(record, gpu, DCT("audience")) == {TEAMS + "staff", TEAMS + "large"}
    assert objects(record, t4, DCT("audience")) == set()
    assert objects(record, a100, DCT("audience")) == {TEAMS + "large"}
    assert objects(record, NamedNode(TEAMS + "all"), FOAF("name")) == {"Org:All"}
    assert record.findings == []


def test_the_machine_of_a_choice_is_what_the_layers_make_of_it() -> None:
    record = of({"memory": {"guarantee": "1G", "limit": "2G"}, "cpu": {"guarantee": 0.5}, "profileList": [PROFILE]})
    common = {"memory-guarantee": str(2**30), "cpu-guarantee": "0.5", "instance-type": "n1"}
    assert machine(record, titled(record, "GPU")) == {**common, "memory-limit": str(2**33)}
    graphics = {"accelerator": "nvidia-tesla-t4", "gpus": "2"}
    sizes = {"memory-limit": str(2**33), "cpu-limit": "1.5"}
    assert machine(record, titled(record, "T4")) == {**common, **sizes, **graphics}
    assert machine(record, titled(record, "a100")) == common


def test_a_size_that_is_none_is_reported_with_its_place() -> None:
    record = of({"profileList": [{"display_name": "A", "kubespawner_override": {"mem_limit": "lots", "cpu_limit": 1}}]})
    (finding,) = record.findings
    place = "jupyterhub.singleuser.profileList[0].kubespawner_override.mem_limit"
    assert (finding.kind, finding.value, finding.pointer.split(" ")[0]) == ("bad-value", "lots", place)
    assert machine(record, titled(record, "A")) == {"cpu-limit": "1"}


def test_two_profiles_with_one_slug_are_reported_and_both_kept() -> None:
    profiles = [{"display_name": "CPU only"}, {"display_name": "Other", "slug": "cpu-only"}]
    record = of({"profileList": profiles})
    assert [(f.kind, f.value) for f in record.findings] == [("duplicate-key", "cpu-only")] * 2
    assert titled(record, "CPU only") != titled(record, "Other")


@pytest.mark.parametrize(
    ("config", "group", "iri"),
    [
        (GITHUB, "Org:Some.Team", TEAMS + "some.team"),
        (GITHUB, "Org", "https://github.com/org"),
        (GITHUB, "no group at all", BASE + "group/hub.example.org/no%20group%20at%20all"),
        ({"JupyterHub": {"authenticator_class": "cilogon"}}, "org:team", BASE + "group/hub.example.org/org:team"),
        ({"GitHubOAuthenticator": {}}, "org:team", TEAMS + "team"),
    ],
)
def test_groups_are_githubs_where_people_sign_in_with_github(config: object, group: str, iri: str) -> None:
    record = of({"profileList": [{"display_name": "A", "allowed_groups": [group]}]}, config)
    assert objects(record, titled(record, "A"), DCT("audience")) == {iri}


def test_buckets_and_the_size_of_home_directories() -> None:
    env = {"SCRATCH_BUCKET": "gs://lab-scratch/$(JUPYTERHUB_USER)", "OTHER": "s3://lab", "X": "https://x.org", "Y": 5}
    nfs = {"quotaEnforcer": {"config": {"QuotaManager": {"hard_quota": 100}}}}
    record = of({"extraEnv": env}, **{"jupyterhub-home-nfs": nfs})
    assert objects(record, HUB, DCT("requires")) == {BASE + "bucket/gs/lab-scratch", BASE + "bucket/s3/lab"}
    assert machine(record, HUB) == {"home-quota": str(100 * 2**30)}
    inside = mapped({"basehub": {"jupyterhub": {"singleuser": {}, "hub": {}}, "jupyterhub-home-nfs": nfs}})
    assert machine(inside, HUB) == {"home-quota": str(100 * 2**30)}


def test_settings_come_back_without_secrets_and_with_the_entry_of_the_cluster() -> None:
    values = {"jupyterhub": {"singleuser": {"extraEnv": {"A": "1", "B_TOKEN": "s3cr3t-s3cr3t", "C": 1}}, "hub": {}}}
    record = mapped(values, settings=hub(helm_chart="basehub"))
    kept = {"jupyterhub": {"singleuser": {"extraEnv": {"A": "1", "C": 1}}, "hub": {}}}
    assert hub_values(record.triples, HUB) == kept
    assert SettingsReader(record.triples).setting(HUB, "cluster.yaml") == hub(helm_chart="basehub")
    assert [(f.kind, f.file) for f in record.findings] == [("secret", "https://x.org/0.yaml")]
    written = [*record.triples, *(t for f in record.findings for t in f.triples(HUB, BASE))]
    assert not any("s3cr3t" in str(triple) for triple in written)


def test_a_hub_that_says_too_much_is_refused() -> None:
    with pytest.raises(RecordUnusable, match="more than 50000 statements"):
        mapped({"jupyterhub": {"singleuser": {"extraEnv": {f"V{n}": n for n in range(13_000)}}}})


# --- clusters -------------------------------------------------------------------------------------------

TFVARS = """
prefix = "lab"
project_id = "lab"
user_buckets = { "scratch" : { "delete_after" : 7 }, "kept" : {} }
hub_cloud_permissions = {
  "prod" : { hub_namespace : "prod", bucket_admin_access : ["scratch"], bucket_readonly_access : ["kept", "absent"] }
}
notebook_nodes = { "gpu" : { machine_type : "n1-standard-8", gpu : { enabled : true, type : "t4", count : 2 } } }
"""


def cluster(tfvars: str = TFVARS, **more: object) -> Mapped:
    settings = {"name": "c", "provider": "gcp", "provider_url": "https://console.example.org", "hubs": [hub()], **more}
    parts = [Part("cluster", "https://x.org/cluster.yaml", "", yaml.safe_dump(settings).encode())]
    parts.append(Part("terraform", "https://x.org/lab.tfvars", "", tfvars.encode()))
    record = source(Path("clusters.yaml")).map(RawRecord("c", tuple(parts)))
    assert validate(quads_in(record.triples, NamedNode(BASE + "g")), BASE) == []
    return record


def test_a_cluster_its_buckets_and_its_machines() -> None:
    record = cluster()
    node, scratch = NamedNode(BASE + "cluster/c"), NamedNode(BASE + "bucket/gs/lab-scratch")
    assert record.subject == node
    assert objects(record, scratch, PROV("atLocation")) == {node.value}
    assert objects(record, HUB, DCT("requires")) == {scratch.value, BASE + "bucket/gs/lab-kept"}
    assert machine(record, titled(record, "gpu")) == {
        "instance-type": "n1-standard-8",
        "accelerator": "t4",
        "gpus": "2",
    }
    reader = SettingsReader(record.triples)
    assert reader.setting(node, "cluster.yaml") == {
        "name": "c", "provider": "gcp", "provider_url": "https://console.example.org",
    }  # fmt: skip
    terraform = reader.setting(node, "terraform")
    assert isinstance(terraform, dict)
    assert terraform["user_buckets"] == {"scratch": {"delete_after": 7}, "kept": {}}
    assert reader.setting(scratch, "scratch") == {"delete_after": 7}
    assert record.findings == []


def test_a_cluster_of_terraform_alone_and_faulty_variables() -> None:
    assert Triple(NamedNode(BASE + "cluster/c"), DCT("title"), Literal("c")) in cluster("prefix = 5").triples
    assert [f.kind for f in cluster("user_buckets = 5").findings] == ["bad-value"]
    assert [f.kind for f in cluster('hub_cloud_permissions = { prod = "x" }').findings] == ["bad-value"]
