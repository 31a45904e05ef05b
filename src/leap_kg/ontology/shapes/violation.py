"""One breach of a shape."""

from dataclasses import dataclass

from leap_kg.ontology.namespaces import REUSED


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One breach of a shape: the node (IRI), what is wrong, and the value that is (`""` if one is missing)."""

    focus: str
    message: str
    path: str = ""
    value: str = ""

    def __str__(self) -> str:
        value = f" (found {self.value!r})" if self.value else ""
        return f"{self.focus}: {self.message}{value}"

    @property
    def told(self) -> str:
        """The same with the property that is concerned, for whoever has to mend it where nothing was found."""
        return f"{self} ({_shown(self.path)})" if self.path and not self.value else str(self)


def _shown(path: str) -> str:
    """A property as people write it, with its prefix where it is a reused one."""
    known = ((name, path.removeprefix(str(iri))) for name, iri in REUSED.items() if path.startswith(str(iri)))
    return next((f"{name}:{local}" for name, local in known if not set("/#") & set(local)), path)
