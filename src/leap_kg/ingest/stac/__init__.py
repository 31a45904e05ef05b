"""Source `stac`: catalogues, collections and items of SpatioTemporal Asset Catalogs, static or behind an API.

Here belongs what knows STAC: how its documents are walked (`walk`, `pages`), named (`naming`), kept and given back
field for field (`document`), and mapped (`mapping`, `assets`, `parties`). Boxes and periods are in
`leap_kg.ingest.mapping.extents`, arrays in `leap_kg.ingest.mapping.variables`.
"""
