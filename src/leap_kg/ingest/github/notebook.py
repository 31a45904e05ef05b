"""What a notebook says it runs with: kernel, language and its version; https://nbformat.readthedocs.io/.

Cells are passed over here: what they open and import is worked out from the stored body by whoever mines it.
"""

from dataclasses import dataclass

from leap_kg.ingest.formats.jsonvalue import read_value

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Kernel:
    """What the metadata of a notebook names; each text may be empty."""

    name: str = ""
    display: str = ""
    language: str = ""
    version: str = ""

    @property
    def platform(self) -> str:
        """Kernel and language in one line."""
        language = " ".join(part for part in (self.language, self.version) if part)
        kernel = self.display or self.name
        return f"{kernel} ({language})" if kernel and language else kernel or language


def read_kernel(data: bytes, *, what: str) -> Kernel:
    """The kernel of a notebook; raises `Unreadable` if it is no JSON."""
    return kernel_of(read_value(data, what=what).value)


def kernel_of(document: object) -> Kernel:
    """The kernel that the JSON of a notebook names."""
    metadata = _table(_table(document).get("metadata"))
    spec, language = _table(metadata.get("kernelspec")), _table(metadata.get("language_info"))
    return Kernel(
        name=_word(spec.get("name")),
        display=_word(spec.get("display_name")),
        language=_word(language.get("name")) or _word(spec.get("language")),
        version=_word(language.get("version")),
    )


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""
