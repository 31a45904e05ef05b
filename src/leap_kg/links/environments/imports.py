"""What the code cells of a Python notebook import, as packages by the names that indexes have for them.

Hazard: what a module is called says not always what its package is. Names that are known to differ are told below; any
other is taken for the package's. Modules of Python itself are none.
"""

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from leap_kg.ontology.identifiers import Refusal, package
from leap_kg.ontology.identifiers.package import Package

_MAX_CELL = 100_000  # characters
_MAX_CELLS = 2_000
_MOST = 200
# Magics, shell commands and what is asked of a help system are no Python.
_FOREIGN = re.compile(r"^\s*[%!?].*$|^.*\?\s*$", re.MULTILINE)
_PLAIN = re.compile(r"^\s*(?:import\s+(?P<names>[\w., \t]+)|from\s+(?P<module>[\w.]+)\s+import\b)", re.MULTILINE)
_OTHER_NAMES = {
    "bs4": "beautifulsoup4",
    "cv2": "opencv",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "git": "gitpython",
    "mpl_toolkits": "matplotlib",
    "osgeo": "gdal",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "torch": "pytorch",
    "yaml": "pyyaml",
}
# Packages of many makers share these.
_NAMESPACES = frozenset({"google", "azure", "sphinxcontrib"})


def imports_of(notebook: dict[str, Any]) -> tuple[str, ...]:
    """The modules that a Python notebook imports, the outermost of each, in order; none of Python itself."""
    found: dict[str, None] = {}
    for text in _cells(notebook):
        for name in _imported(text):
            if name.isidentifier() and name not in sys.stdlib_module_names and name not in _NAMESPACES:
                found.setdefault(name)
                if len(found) == _MOST:
                    return tuple(found)
    return tuple(found)


def package_of(module: str) -> Package | None:
    """The package that a module is of, as the Python index or conda calls it."""
    name = _OTHER_NAMES.get(module, module)
    found = package.of("conda" if name in ("gdal", "opencv", "pytorch") else "pypi", name)
    return None if isinstance(found, Refusal) else found


def _cells(notebook: dict[str, Any]) -> Iterator[str]:
    """The code of the cells; none of a notebook in another language."""
    metadata = notebook.get("metadata")
    said = [metadata.get(key) for key in ("language_info", "kernelspec")] if isinstance(metadata, dict) else []
    names = [str(each.get("name") or each.get("language")) for each in said if isinstance(each, dict)]
    if names and not any("python" in name.lower() or name == "conda-env" for name in names):
        return
    cells = notebook.get("cells")
    for cell in cells[:_MAX_CELLS] if isinstance(cells, list) else []:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source")
            parts = source if isinstance(source, list) else [source]
            text = "".join(part for part in parts if isinstance(part, str))
            if "import" in text and len(text) <= _MAX_CELL:
                yield text


def _imported(text: str) -> Iterator[str]:
    """The modules that a cell imports; where it is no Python, by its lines."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(_FOREIGN.sub("pass", text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        for line in _PLAIN.finditer(text):
            names = line["module"] or line["names"]
            yield from (name.split()[0].partition(".")[0] for name in names.split(",") if name.strip())
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
