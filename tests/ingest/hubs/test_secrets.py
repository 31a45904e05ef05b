"""What looks like a secret is taken out, whatever it is called; what only points at one stays."""

import json
from typing import Any

import pytest

from leap_kg.ingest.formats.reading import File
from leap_kg.ingest.hubs.layers import LayeredReading, cleaned
from leap_kg.ingest.hubs.secrets import without_secrets

MARK = "hunter2-hunter2"


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "adminPassword",
        "secretToken",
        "API_TOKEN",
        "client_secret",
        "clientSecret",
        "cookie_secret",
        "aws-secret-access-key",
        "privateKey",
        "DB_PASSWD",
        "DB_PASS",
        "dbPwd",
        "jwt",
        "credentials",
        "CryptKeeper_crypt_key",
    ],
)
def test_a_text_under_the_name_of_a_secret_is_taken_out(key: str) -> None:
    kept, found = without_secrets({"a": [{key: MARK, "b": 1}], "c": 2})
    assert (kept, found) == ({"a": [{"b": 1}], "c": 2}, [("a", 0, key)])


@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nabc",
        "x ghp_" + "a" * 36,
        "github_pat_" + "a" * 30,
        "AKIA" + "A" * 16,
        "--token pypi-AgE" + "a" * 30,
        "hf_" + "a" * 34,
        "https://conda.example.org/t/tk-" + "0a" * 12 + "/lab",
        "https://user:" + MARK + "@example.org/",
        "ENC[AES256_GCM,data:abc]",
        "c.Spawner.x = 'xoxb-1234567890-abc'",
    ],
)
def test_a_text_in_the_form_of_a_secret_is_taken_out_of_mappings_and_lists(value: str) -> None:
    kept, found = without_secrets({"script": value, "list": ["fine", value, "too"]})
    assert (kept, found) == ({"list": ["fine", "too"]}, [("script",), ("list", 1)])


def test_an_environment_variable_written_as_name_and_value_is_known_by_its_name() -> None:
    kept, found = without_secrets({"env": [{"name": "X_TOKEN", "value": MARK}, {"name": "PATH", "value": MARK}]})
    assert (kept, found) == ({"env": [{"name": "X_TOKEN"}, {"name": "PATH", "value": MARK}]}, [("env", 0, "value")])


@pytest.mark.parametrize(
    "entry",
    [
        {"secretName": "prometheus-tls"},
        {"existingSecret": "hub-secret"},
        {"GH_SCOPED_CREDS_CLIENT_ID": "Iv1.0c7df3d"},
        {"password": ""},
        {"password": None},
        {"token": True},
        {"secret": {"name": "some-name"}},
        {"apiToken": "$(TOKEN)"},
        {"password": "<fill me in>"},
        {"key": "2i2c.org/community"},
        {"tokens": 5},
        {"url": "https://example.org/a@b"},
        {"image": "quay.io/x/y:278370f204a2"},
        {"keyword": "something"},
    ],
)
def test_what_only_points_at_a_secret_stays(entry: dict[str, Any]) -> None:
    assert without_secrets(entry) == (entry, [])


def test_the_finding_names_the_place_and_not_the_secret() -> None:
    reading = LayeredReading([], File("https://x.org/values.yaml"))
    kept = cleaned([{"hub": {"password": MARK}}, {"hub": {"x": "ghp_" + "b" * 36}}], reading)
    assert kept == {"hub": {}}
    assert [(f.kind, f.severity.value, f.pointer, f.value) for f in reading.findings] == [
        ("secret", "Violation", "hub.password", ""),
        ("secret", "Violation", "hub.x", ""),
    ]
    assert MARK not in json.dumps([f.message + f.hint for f in reading.findings])
