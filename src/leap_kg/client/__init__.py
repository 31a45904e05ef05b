"""A client for notebooks and programs: DataFrames, xarray, citations and magics, over HTTP and nothing else.

It imports no code of the server, and what one method needs (pandas, xarray, rdflib, pystac-client) only when that
method is called: `import leap_kg.client` costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from leap_kg.client.errors import CutResult, KgError, OtherWords
    from leap_kg.client.graph import Client

__all__ = ["Client", "CutResult", "KgError", "OtherWords", "load_ipython_extension"]

_HOMES = {"Client": "graph", "CutResult": "errors", "KgError": "errors", "OtherWords": "errors"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """`Client` and the errors, when somebody asks for them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'leap_kg.client' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"leap_kg.client.{_HOMES[name]}"), name)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext leap_kg.client`: the magics `%sparql` and `%%sparql`."""
    from leap_kg.client.magic import SparqlMagics

    shell.register_magics(SparqlMagics)
