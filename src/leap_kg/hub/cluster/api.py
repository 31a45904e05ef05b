"""A Kubernetes cluster, spoken to with server-side apply; the only module that imports a client of Kubernetes.

Objects are plain mappings in both directions, since the client's own classes refuse, or lose, what they do not know.
Hazards: a write must never be tried again without a look; what comes back is what somebody put there.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import kubernetes.client
import kubernetes.config
import kubernetes.watch
import urllib3.exceptions
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ResourceNotFoundError

from leap_kg.hub.cluster.kubeconfig import KubeconfigFaulty, checked
from leap_kg.hub.objects.hiding import shown_text
from leap_kg.hub.objects.manifest import MANAGER, SELECTOR, Key, Manifest, key_of, uid_of
from leap_kg.hub.planned.plan import Conflict, Seen

_SECONDS = 30
_INVENTORY = "leap-kg-inventory"
_AT_ONCE = 8
"""Requests that are under way at a time when many objects are looked at."""
_PAGE = 500
_TRIES = 4
"""How often the inventory is written if others write to it at the same time."""


class ClusterError(RuntimeError):
    """The cluster did not do what it was asked for; the text says what and what to do.

    `status` is that of HTTP, 0 if there was no answer.
    """

    def __init__(self, text: str, status: int = 0) -> None:
        self.status = status
        super().__init__(text)


class Cluster:
    """One cluster, by a context of a kubeconfig file; use it as a context manager.

    Every method raises `ClusterError`. `namespace` is where the inventory is kept. What is called by `before_writing`
    may raise, and then nothing is written.
    """

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None, namespace: str = "leap-kg") -> None:
        self._folder = TemporaryDirectory(prefix="leap-kg-kube-")
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._resources: dict[tuple[str, str], Any] = {}
        self._discovering = threading.Lock()
        self.namespace = namespace
        self.before_writing: Callable[[], None] = lambda: None
        try:
            if kubeconfig is None and context is None and _is_inside():
                kubernetes.config.load_incluster_config()
                client = kubernetes.client.ApiClient()
            else:
                client = _client_of(kubeconfig, context)
            with _told("the cluster"):
                # What the cluster has is looked up anew: a file shared by all clusters of one address would be stale.
                self._client = DynamicClient(client, cache_file=f"{self._folder.name}/discovery")
        except kubernetes.config.ConfigException as error:
            self._folder.cleanup()
            raise ClusterError(
                f"{str(error).rstrip('.')}; name a file by --kubeconfig and a context by --context"
            ) from None
        except KubeconfigFaulty as error:
            self._folder.cleanup()
            raise ClusterError(str(error)) from None
        except ClusterError:
            self._folder.cleanup()
            raise

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def identity(self) -> str:
        """What tells this cluster from all others, `""` where that may not be read."""
        try:
            return uid_of(self.read(Key("v1", "Namespace", "", "kube-system")))
        except ClusterError as error:
            if error.status != 403:
                raise
            return ""

    def seen(self, manifests: Iterable[Manifest], others: Iterable[Key]) -> dict[Key, Seen]:
        """How these objects are and would be, and how those others are."""
        wanted = list(manifests)
        keys = [key_of(manifest) for manifest in wanted]
        rest = [key for key in others if key not in set(keys)]
        found = dict(zip(keys, self._pool.map(self._seen, wanted), strict=True))
        found |= {key: Seen(live, None) for key, live in zip(rest, self._pool.map(self.read, rest), strict=True)}
        return found

    def read(self, key: Key) -> Manifest | None:
        """The object, `None` if there is none, or if the cluster does not know its kind."""
        with _told(str(key)):
            try:
                resource = self._resource(key.version, key.kind)
            except ResourceNotFoundError:
                return None
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
        if not dry:
            self.before_writing()
        with _told(str(key)):
            try:
                resource = self._resource(key.version, key.kind)
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
        self.before_writing()
        with _told(str(key)):
            resource = self._resource(key.version, key.kind)
            self._client.delete(
                resource, name=key.name, namespace=key.namespace or None, body=body, _request_timeout=_SECONDS
            )

    def put(self, manifest: Manifest, seconds: float = _SECONDS) -> Manifest:
        """Make the object, or replace the one of the version that it names; raises `ClusterError` of status 409.

        Unlike `apply` this is for what several processes contend for; whether it may be written is for them to say.
        """
        key = key_of(manifest)
        with _told(str(key)):
            write = self._client.replace if manifest["metadata"].get("resourceVersion") else self._client.create
            resource = self._resource(key.version, key.kind)
            return _plain(write(resource, body=manifest, namespace=key.namespace or None, _request_timeout=seconds))

    def listed(self, version: str, kind: str) -> tuple[list[Manifest], str]:
        """All objects of a kind with our label, and the version of the cluster from which on to watch them."""
        found: list[Manifest] = []
        more: dict[str, Any] = {}
        with _told(f"{kind} of the whole cluster"):
            resource = self._resource(version, kind)
            while True:
                page = self._client.get(
                    resource, label_selector=SELECTOR, limit=_PAGE, _request_timeout=_SECONDS, **more
                ).to_dict()
                found += page.get("items", ())
                if not (further := page["metadata"].get("continue")):
                    return found, str(page["metadata"]["resourceVersion"])
                more = {"_continue": further}

    def pods(self, namespace: str, job: str) -> list[Manifest]:
        """The pods of a Job, as far as they are still there."""
        with _told(f"pods of the Job {namespace}/{job}"):
            resource, label = self._resource("v1", "Pod"), f"batch.kubernetes.io/job-name={job}"
            found = self._client.get(
                resource, namespace=namespace, label_selector=label, limit=_PAGE, _request_timeout=_SECONDS
            )
            return list(found.to_dict().get("items", ()))

    def watched(self, version: str, kind: str, since: str, seconds: int) -> Iterator[tuple[Manifest, str]]:
        """Each object of a kind with our label that changes, with the version from which on to watch further.

        Ends after some seconds. A mark of how far the cluster is comes with an empty object.
        """
        with _told(f"{kind} of the whole cluster"):
            resource = self._resource(version, kind)
            events = kubernetes.watch.Watch().stream(
                resource.get,
                label_selector=SELECTOR,
                resource_version=since,
                timeout_seconds=seconds,
                allow_watch_bookmarks=True,
                serialize=False,
                _request_timeout=(_SECONDS, seconds + _SECONDS),
            )
            for event in events:
                if event is None:  # an empty line
                    continue
                live = event["raw_object"]
                mark = event["type"] == "BOOKMARK"
                yield {} if mark else live, str(live["metadata"]["resourceVersion"])

    def _resource(self, version: str, kind: str) -> Any:  # noqa: ANN401 - what the client knows of a kind
        """What the cluster says of a kind, looked up once, by one thread at a time; raises `ResourceNotFoundError`."""
        with self._discovering:
            if (version, kind) not in self._resources:
                self._resources[version, kind] = self._client.resources.get(api_version=version, kind=kind)
            return self._resources[version, kind]

    def inventory(self, cluster: str) -> dict[Key, str]:
        """What was made for this cluster's releases before, with its uids, `""` where one is not known."""
        return self._rows(cluster, self.read(self._inventory_key(cluster)))

    def keep_inventory(self, cluster: str, made: Mapping[Key, str], gone: Set[Key] = frozenset()) -> None:
        """Write down what is ours and what is no longer, unless it is written down already; the rest stays."""
        for left in reversed(range(_TRIES)):
            try:
                self._keep(cluster, made, gone)
                break
            except ClusterError as error:
                if error.status != 409 or not left:  # 409: somebody wrote it since it was read
                    raise

    def _keep(self, cluster: str, made: Mapping[Key, str], gone: Set[Key]) -> None:
        found = self.read(self._inventory_key(cluster))
        known = self._rows(cluster, found)
        rows = {key: uid for key, uid in {**known, **made}.items() if key not in gone}
        if rows == known:
            return
        self.make_namespace()
        key = self._inventory_key(cluster)
        metadata = {"name": key.name, "namespace": key.namespace}
        if found is not None:
            metadata["resourceVersion"] = found["metadata"]["resourceVersion"]
        objects = json.dumps(sorted([*key, uid] for key, uid in rows.items()))
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"objects": objects}}
        self.apply(body, force=True)

    def _rows(self, cluster: str, found: Manifest | None) -> dict[Key, str]:
        try:
            rows = json.loads((found or {}).get("data", {}).get("objects", "[]"))
            return {Key(*map(str, row[:4])): str(row[4]) if row[4:] else "" for row in map(_row, rows)}
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            where = self._inventory_key(cluster)
            raise ClusterError(f"{where} cannot be read: restore it, or delete it and nothing is ever pruned") from None

    def make_namespace(self) -> None:
        """Make the namespace in which the inventory is kept, if it is not there."""
        space: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        if self.read(key_of(space)) is None:
            try:
                self.put(space)
            except ClusterError as error:
                if error.status != 409:
                    raise

    def _inventory_key(self, cluster: str) -> Key:
        return Key("v1", "ConfigMap", self.namespace, f"{_INVENTORY}-{cluster}")


class Conflicting(ClusterError):
    """Others manage fields that were to be set."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        self.conflicts = conflicts
        super().__init__(", ".join(f"{each.field} is managed by {each.manager}" for each in conflicts), 409)


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


def _row(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a row of the inventory is a list")
    return value


def _client_of(kubeconfig: Path | None, context: str | None) -> kubernetes.client.ApiClient:
    """The client for a file and a context; raises `KubeconfigFaulty` or the client's own `ConfigException`."""
    program = checked(kubeconfig, context)
    file = str(kubeconfig) if kubeconfig else None
    logging.getLogger().addFilter(_no_login)  # once, however often
    try:
        client: kubernetes.client.ApiClient = kubernetes.config.new_client_from_config(file, context)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OSError) as error:
        # Their texts may hold what stands in the file.
        raise KubeconfigFaulty(
            f"{file or 'the kubeconfig'} cannot be used ({type(error).__name__}): does kubectl take it?"
        ) from None
    known = client.configuration
    if program and not (known.api_key or known.cert_file):
        raise KubeconfigFaulty(
            f"{file or 'the kubeconfig'}: the program {program} gave no login: run it by hand to see why"
        )
    if known.refresh_api_key_hook is not None:
        known.refresh_api_key_hook = partial(_refreshed, known.refresh_api_key_hook)
    return client


def _refreshed(refresh: Callable[[Any], None], known: Any) -> None:  # noqa: ANN401 - the client's own settings
    """Tokens from files end in a line break, with which the client would break, and show them."""
    refresh(known)  # which sets itself as the hook again
    known.refresh_api_key_hook = partial(_refreshed, refresh)
    known.api_key = {name: token.strip() for name, token in known.api_key.items()}


def _no_login(record: logging.LogRecord) -> bool:
    """Drops what the client logs of a login that failed, which may hold what the login program wrote."""
    return record.module != "kube_config"


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
        raise ClusterError(f"{what}: {_reason(error)}", error.status or 0) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ClusterError(f"{what}: the cluster does not answer: {str(error)[:200]}") from None


def _reason(error: ApiException) -> str:
    try:
        said = json.loads(error.body or "{}").get("message", "")
    except (ValueError, AttributeError):
        said = ""
    hints = {
        401: "the credentials are not accepted",
        403: "this is not allowed; see docs/hubs.md for the rights that are needed",
    }
    hint = hints.get(error.status, "")
    if error.status == 403 and "system:anonymous" in str(said):
        hint = "the cluster was asked without a login: the user of the context in the kubeconfig has none"
    return "; ".join(filter(None, (f"status {error.status}", shown_text(str(said))[:500], hint)))
