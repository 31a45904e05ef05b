"""Source `zarr`: stores asked for what they hold, by their metadata and a few coordinate chunks, never by their data.

Here belongs what knows stores: where to ask (`targets`), what to ask in which order (`probing`, `names`), what the
documents of Zarr 2, Zarr 3, Kerchunk and Icechunk say (`hierarchy`, `arrays`, `snapshots`), what coordinates span
(`coordinates`, `chunks`, `moments`), and how all of it is mapped (`mapping`, `attributes`).
"""
