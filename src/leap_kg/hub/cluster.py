"""A Kubernetes cluster, spoken to with server-side apply; the only module that imports a client of Kubernetes.

Objects are plain mappings in both directions, since the client's own classes refuse, or lose, what they do not know.
Hazards: a write must never be tried again without a look; what comes back is what somebody put there.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import kubernetes.client
import kubernetes.config
import urllib3.exceptions
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ResourceNotFoundError

from leap_kg.hub.manifest import MANAGER, Key, Manifest, key_of
from leap_kg.hub.plan import Conflict, Seen

_SECONDS = 30
_INVENTORY = "leap-kg-inventory"
_HINTS = {401: "the credentials are not accepted", 403: "see docs/hubs.md for the rights that are needed"}


class ClusterError(RuntimeError):
    """The cluster did not do what it was asked for; the text says what and what to do."""


class Cluster:
    """One cluster, by a context of a kubeconfig file; use it as a context manager.

    Every method raises `ClusterError`. `namespace` is where the inventory is kept.
    """

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None, namespace: str = "leap-kg") -> None:
        self._folder = TemporaryDirectory(prefix="leap-kg-kube-")
        self._namespace = namespace
        try:
            if kubeconfig is None and context is None and _is_inside():
                kubernetes.config.load_incluster_config()
                client = kubernetes.client.ApiClient()
            else:
                file = str(kubeconfig) if kubeconfig else None
                client = kubernetes.config.new_client_from_config(file, context)
            with _told("the cluster"):
                # What the cluster has is looked up anew: a file shared by all clusters of one address would be stale.
                self._client = DynamicClient(client, cache_file=f"{self._folder.name}/discovery")
        except kubernetes.config.ConfigException as error:
            self._folder.cleanup()
            raise ClusterError(f"{error}; name a file by --kubeconfig and a context by --context") from None
        except ClusterError:
            self._folder.cleanup()
            raise

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def seen(self, manifests: Iterable[Manifest], others: Iterable[Key]) -> dict[Key, Seen]:
        """How these objects are and would be, and how those others are."""
        found = {key_of(manifest): self._seen(manifest) for manifest in manifests}
        return {**{key: Seen(self.read(key), None) for key in others if key not in found}, **found}

    def read(self, key: Key) -> Manifest | None:
        """The object, `None` if there is none, or if the cluster does not know its kind."""
        try:
            resource = self._client.resources.get(api_version=key.version, kind=key.kind)
        except ResourceNotFoundError:
            return None
        with _told(str(key)):
            try:
                found = self._client.get(
                    resource, name=key.name, namespace=key.namespace or None, _request_timeout=_SECONDS
                )
            except ApiException as error:
                if error.status == 404:
                    return None
                raise
        return _plain(found)

    def _seen(self, manifest: Manifest) -> Seen:
        live = self.read(key_of(manifest))
        if live is None:
            return Seen(None, None)
        try:
            return Seen(live, self.apply(manifest, dry=True))
        except Conflicting as error:
            return Seen(live, self.apply(manifest, dry=True, force=True), error.conflicts)

    def apply(self, manifest: Manifest, *, dry: bool = False, force: bool = False) -> Manifest:
        """Make the object say what the manifest says; raises `Conflicting` for fields of others unless `force`."""
        key = key_of(manifest)
        with _told(str(key)):
            try:
                resource = self._client.resources.get(api_version=key.version, kind=key.kind)
                more = {"dry_run": "All"} if dry else {}
                made = self._client.server_side_apply(
                    resource,
                    body=manifest,
                    name=key.name,
                    namespace=key.namespace or None,
                    field_manager=MANAGER,
                    force_conflicts=force,
                    _request_timeout=_SECONDS,
                    **more,
                )
            except ApiException as error:
                if error.status == 409 and (conflicts := _conflicts(error)):
                    raise Conflicting(conflicts) from None
                raise
        return _plain(made)

    def delete(self, key: Key, uid: str, version: str) -> None:
        """Take the object away, if it still is the one that was seen."""
        body = {"preconditions": {"uid": uid, "resourceVersion": version}, "propagationPolicy": "Background"}
        with _told(str(key)):
            resource = self._client.resources.get(api_version=key.version, kind=key.kind)
            self._client.delete(
                resource, name=key.name, namespace=key.namespace or None, body=body, _request_timeout=_SECONDS
            )

    def inventory(self, cluster: str) -> frozenset[Key]:
        """What was made for this cluster's releases before."""
        found = self.read(self._inventory_key(cluster))
        try:
            rows = json.loads((found or {}).get("data", {}).get("objects", "[]"))
            return frozenset(Key(*map(str, row)) for row in rows)
        except (ValueError, TypeError):
            where = self._inventory_key(cluster)
            raise ClusterError(f"{where} cannot be read: restore it, or delete it and nothing is ever pruned") from None

    def keep_inventory(self, cluster: str, keys: frozenset[Key]) -> None:
        """Write down what is ours, unless it is written down already."""
        if self.inventory(cluster) == keys:
            return
        space: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self._namespace}}
        if self.read(key_of(space)) is None:
            self.apply(space)
        key = self._inventory_key(cluster)
        metadata = {"name": key.name, "namespace": key.namespace}
        objects = json.dumps(sorted(map(list, keys)))
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"objects": objects}}
        self.apply(body, force=True)

    def _inventory_key(self, cluster: str) -> Key:
        return Key("v1", "ConfigMap", self._namespace, f"{_INVENTORY}-{cluster}")


class Conflicting(ClusterError):
    """Others manage fields that were to be set."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        self.conflicts = conflicts
        super().__init__(", ".join(f"{each.field} is managed by {each.manager}" for each in conflicts))


def _conflicts(error: ApiException) -> tuple[Conflict, ...]:
    try:
        causes = json.loads(error.body or "{}").get("details", {}).get("causes", [])
    except ValueError:
        return ()
    found = []
    for cause in causes:
        manager = re.search(r'"([^"]+)"', cause.get("message", ""))
        found.append(Conflict(manager[1] if manager else "?", cause.get("field", "?")))
    return tuple(found)


def _plain(found: Any) -> Manifest:  # noqa: ANN401 - what the client makes of JSON
    plain: Manifest = found.to_dict()
    return plain


def _is_inside() -> bool:
    return Path("/var/run/secrets/kubernetes.io/serviceaccount/token").is_file()


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say in words of ours what the client says in pages."""
    try:
        yield
    except ResourceNotFoundError:
        raise ClusterError(
            f"{what}: the cluster does not know this kind: install the controller that brings it"
        ) from None
    except ApiException as error:
        raise ClusterError(f"{what}: {_reason(error)}") from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ClusterError(f"{what}: the cluster does not answer: {str(error)[:200]}") from None


def _reason(error: ApiException) -> str:
    try:
        said = json.loads(error.body or "{}").get("message", "")
    except (ValueError, AttributeError):
        said = ""
    hints = {
        401: "the credentials are not accepted",
        403: "this is not allowed; see hub/README.md for the rights needed",
    }
    hint = hints.get(error.status, "")
    return "; ".join(filter(None, (f"status {error.status}", str(said)[:500], hint)))
