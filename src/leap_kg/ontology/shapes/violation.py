"""One breach of a shape."""

from dataclasses import dataclass


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
