"""The values files of a hub, one over the other as Helm merges them, and where each value was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.formats.reading import File, Path, Reading, dotted
from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.hubs.scalars import typed
from leap_kg.ingest.hubs.secrets import without_secrets
from leap_kg.ingest.hubs.settings import Setting
from leap_kg.ingest.mapping.finding import Place, Severity
from leap_kg.ingest.source import Part, RecordUnusable


@dataclass(frozen=True, slots=True)
class Layer:
    """A YAML file of settings, numbers read as numbers, and the line of each."""

    value: dict[str, Any]
    file: File


def read_layer(part: Part) -> Layer:
    """The mapping in a body; an empty file is an empty mapping. Raises `Unreadable` or `RecordUnusable`."""
    document = read_yaml(part.data, what=part.url, plain=typed)
    if document.value is not None and not isinstance(document.value, dict):
        raise RecordUnusable("is not a mapping of keys to values", part.url)
    return Layer(document.value or {}, File(part.url, document.lines))


def layered(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of one layer over another's: mappings key by key, all else replaced, as Helm and KubeSpawner do."""
    merged = dict(under)
    for key, value in over.items():
        before = merged.get(key)
        merged[key] = layered(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


class LayeredReading(Reading):
    """A reading of layers: of the files that have a place, the last one decided, and is where a finding points."""

    def __init__(self, layers: Sequence[Layer], default: File) -> None:
        super().__init__({}, default)
        self._layers = [layer.file for layer in layers]

    def place(self, path: Path) -> Place:
        """Where `path` stands; for what is not there, the nearest thing around it."""
        around = [path[:length] for length in range(len(path), 0, -1)]
        files = (file for part in around for file in reversed(self._layers) if part in file.lines)
        return Reading({}, next(files, self.default)).place(path)


def cleaned(layers: Sequence[Mapping[str, Any]], reading: Reading) -> dict[str, Setting]:
    """The layers merged, without what looks like a secret; each of those becomes a finding that does not repeat it."""
    values: dict[str, Any] = {}
    for layer in layers:
        values = layered(values, layer)
    kept, secret = without_secrets(values)
    for path in secret:
        message = f"{dotted(path)} looks like a secret, in a file that everybody can read; it was not kept"
        hint = "Change the secret, and put the new one into an encrypted file."
        reading.report("secret", Severity.VIOLATION, message, hint, path)
    return kept if isinstance(kept, dict) else {}
