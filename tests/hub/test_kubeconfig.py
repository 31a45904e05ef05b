"""Kubeconfigs that cannot be used: one line that names the file and the fault, and never what is secret in it."""

import base64
import logging
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.kubeconfig import KubeconfigFaulty, checked

SECRET = "aVeryPrivateToken"


def written(folder: Path, *, user: object = None, **cluster: object) -> Path:
    """A kubeconfig in a folder; without more, one that is right but for that nobody answers."""
    file = folder / "config"
    value: dict[str, Any] = {
        "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": "https://127.0.0.1:1", **cluster}}],
        "users": [{"name": "ann", "user": {"token": SECRET} if user is None else user}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "ann"}}],
    }
    file.write_text(yaml.safe_dump(value))
    return file


def wrong(file: Path, context: str | None = None) -> str:
    """What is said to be wrong; it names the file and no secret."""
    with pytest.raises(ClusterError) as caught:
        Cluster(file, context)
    text = str(caught.value)
    assert str(file) in text
    assert SECRET not in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"clusters: [\nusers: " + SECRET.encode() + b": x: y\n", "is not YAML in line 2"),
        (b"- " + SECRET.encode(), "holds no mapping"),
        (b"just " + SECRET.encode(), "holds no mapping"),
        (b"", "holds no mapping"),
        (b"clusters: \xff\xfe", "is not UTF-8"),
        (b"a: \x00", "is not YAML"),
        (b"x: " + b"[" * 5000, "is not YAML"),
        (b"clusters: {lab: x}\ncurrent-context: lab", "clusters is no list"),
        (b"users: [a]\ncurrent-context: lab", "users[0] is no name"),
        (b"users: [{name: a, user: x}]\ncurrent-context: lab", "users[0] is no name with a mapping user"),
        (b"contexts: []", "no current-context"),
        (b"current-context: lab", "there is no context lab; there are none"),
    ],
)
def test_what_is_no_kubeconfig_is_said(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "config"
    file.write_bytes(content)
    assert told in wrong(file)


@pytest.mark.parametrize(
    "server", ["not a url", "127.0.0.1:6443", "https://", "https://h:port", "ftp://h", 7, f"https//ann:{SECRET}@h"]
)
def test_an_address_that_is_none_is_said(tmp_path: Path, server: object) -> None:
    assert "is no address such as https://host:6443" in wrong(written(tmp_path, server=server))


@pytest.mark.parametrize(
    ("cluster", "told"),
    [
        ({"certificate-authority-data": "%%%"}, "certificate-authority-data is not base64"),
        ({"certificate-authority-data": base64.b64encode(SECRET.encode()).decode()}, "holds no certificate"),
        ({"certificate-authority": "ca.crt"}, "the certificate-authority 'ca.crt' cannot be read: No such file"),
        ({"certificate-authority": "."}, "Is a directory"),
    ],
)
def test_a_certificate_that_is_none_is_said(tmp_path: Path, cluster: dict[str, object], told: str) -> None:
    assert told in wrong(written(tmp_path, **cluster))


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ({"tokenFile": "token"}, "the tokenFile 'token' cannot be read: No such file"),
        ({"token": f"{SECRET}\nx: y"}, "the token of the user ann is not one line of ASCII"),
        ({"client-certificate-data": "%", "client-key-data": SECRET}, "client-certificate-data is not base64"),
        ({"client-key": "key.pem"}, "the client-key 'key.pem' cannot be read"),
        ({"exec": {"command": "no-such-login", "args": [SECRET]}}, "the program no-such-login, with which"),
        ({"exec": {"command": "./login"}}, "the program ./login, with which the user ann logs in, is not installed"),
        ({"exec": {}}, "exec of the user ann has no command"),
        ({"exec": "aws"}, "exec of the user ann has no command"),
    ],
)  # fmt: skip
def test_a_login_that_cannot_be_is_said(tmp_path: Path, user: dict[str, object], told: str) -> None:
    assert told in wrong(written(tmp_path, user=user))


def test_a_login_program_that_fails_is_said_and_what_it_writes_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "login"
    program.write_text(f"#!/bin/sh\necho {SECRET} >&2\nexit 3\n")
    program.chmod(stat.S_IRWXU)
    login = {"command": "./login", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    with caplog.at_level(logging.DEBUG):
        assert "the program ./login of the user ann gave no login" in wrong(written(tmp_path, user={"exec": login}))
    assert caplog.text == ""


def test_what_a_context_names_has_to_be_there(tmp_path: Path) -> None:
    file = written(tmp_path)
    assert "there is no context moon; there are lab" in wrong(file, "moon")
    value = yaml.safe_load(file.read_text())
    value["contexts"] = [
        {"name": "lab", "context": {"cluster": "lab", "user": "bob"}},
        {"name": "far", "context": {"cluster": "far", "user": "ann"}},
    ]
    file.write_text(yaml.safe_dump(value))
    assert "names the user bob, whom there is not; there are ann" in wrong(file)
    assert "the context far names no cluster there is; there are lab" in wrong(file, "far")


def test_of_several_files_the_first_counts_as_for_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = written(tmp_path / "a"), written(tmp_path / "b", server="none")
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}:{tmp_path / 'none'}")
    assert checked(None, None) == ""
    monkeypatch.setenv("KUBECONFIG", f"{second}:{first}")
    with pytest.raises(KubeconfigFaulty, match=str(second)):
        checked(None, None)


def test_what_is_right_leads_to_the_cluster(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="the cluster does not answer"):
        Cluster(written(tmp_path))
