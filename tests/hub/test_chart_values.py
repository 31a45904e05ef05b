"""What the chart's schema lets through is what a server takes: hosts, and peers of network policies."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from leap_kg.resources import declarations

CHART = declarations() / "hub" / "chart"
DEFAULTS: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())


def refused(part: str, values: dict[str, Any]) -> list[str]:
    """Where the schema refuses the chart's own values with these over one part of them."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    Draft7Validator.check_schema(schema)
    whole = {**DEFAULTS, part: {**DEFAULTS[part], **values}}
    return [".".join(map(str, error.absolute_path)) for error in Draft7Validator(schema).iter_errors(whole)]


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("ingress", {"host": "a..b"}),
        ("ingress", {"host": "a.-b"}),
        ("ingress", {"host": "192.0.2.1"}),
        ("ingress", {"host": f"{'a' * 250}.org"}),
        ("ingress", {"className": "a..b"}),
        ("ingress", {"tlsSecret": "a.-b"}),
        ("networkPolicy", {"from": [{"x": 1}]}),
        ("networkPolicy", {"from": [{}]}),
        ("networkPolicy", {"from": [{"ipBlock": {"cidr": "192.0.2.0/24"}, "podSelector": {}}]}),
        ("networkPolicy", {"from": [{"ipBlock": {"cidr": "lab"}}]}),
        ("networkPolicy", {"metricsFrom": [{"podSelector": {"app": "prometheus"}}]}),
        ("networkPolicy", {"metricsFrom": [{"podSelector": {"matchLabels": {"app": 1}}}]}),
        ("networkPolicy", {"egress": [{"from": []}]}),
        ("networkPolicy", {"egress": [{"ports": [{"port": 70000}]}]}),
    ],
)
def test_what_a_server_would_refuse_the_schema_refuses_at_its_place(part: str, values: dict[str, Any]) -> None:
    (place,) = refused(part, values)
    assert place.startswith(f"{part}.{next(iter(values))}")


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("ingress", {}),
        ("ingress", {"host": "kg-1.example.org", "className": "nginx", "tlsSecret": "tls.kg"}),
        ("ingress", {"host": "4.example.org"}),
        ("networkPolicy", {"from": [{"namespaceSelector": {}}, {"ipBlock": {"cidr": "2001:db8::/32"}}]}),
        ("networkPolicy", {"from": [{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.8/32"]}}]}),
        (
            "networkPolicy",
            {"metricsFrom": [{"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}}]},
        ),
        ("networkPolicy", {"egress": [{"ports": [{"port": 3030, "protocol": "TCP"}, {"port": "dns"}]}, {}]}),
    ],
)
def test_what_a_server_takes_goes_through(part: str, values: dict[str, Any]) -> None:
    assert refused(part, values) == []
