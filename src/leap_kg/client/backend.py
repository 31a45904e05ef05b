"""`xarray.open_dataset("leapkg:ID", engine="leap_kg")`: datasets of the graph by their names.

xarray loads this module when it lists its engines, so it imports nothing but xarray before it is used.
"""

import os
from collections.abc import Iterable
from typing import Any, ClassVar

from xarray import Dataset
from xarray.backends import BackendEntrypoint

SCHEME = "leapkg:"


class LeapBackend(BackendEntrypoint):
    """Opens a dataset by its name in the graph of the server at `url`, by default that in `LEAP_KG_URL`.

    `store` chooses one of its stores, `at` a moment of the graph.
    """

    description = "Open datasets of a leap-kg knowledge graph by name (leapkg:NAME)"
    open_dataset_parameters: ClassVar[Any] = (
        *("filename_or_obj", "drop_variables", "mask_and_scale", "decode_times", "concat_characters", "decode_coords"),
        *("use_cftime", "decode_timedelta", "group", "url", "store", "at"),
    )

    def open_dataset(
        self,
        filename_or_obj: Any,  # noqa: ANN401 - whatever was given to xarray
        *,
        drop_variables: str | Iterable[str] | None = None,
        url: str | None = None,
        store: str | int | None = None,
        at: str | int | None = None,
        **arguments: Any,  # noqa: ANN401
    ) -> Dataset:
        """The dataset; raises what `leap_kg.client` raises."""
        from leap_kg.client.errors import KgError
        from leap_kg.client.graph import Client

        if not self.guess_can_open(filename_or_obj):
            raise KgError(f"{filename_or_obj!r} names no dataset of a graph", f"Write {SCHEME}NAME.")
        given = {name: value for name, value in arguments.items() if value is not None}
        if drop_variables is not None:
            given["drop_variables"] = drop_variables
        name = os.fspath(filename_or_obj).removeprefix(SCHEME)
        # xarray keeps what it reads itself.
        return Client(url).dataset(name, at=at).to_xarray(store, cache=False, **given)

    def guess_can_open(self, filename_or_obj: Any) -> bool:  # noqa: ANN401
        """Whether this is `leapkg:NAME`."""
        return isinstance(filename_or_obj, str) and filename_or_obj.startswith(SCHEME)
