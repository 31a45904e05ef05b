"""The catalogue as files for other programs: static STAC, stac-geoparquet, intake, and what pgstac loads.

Each format is a module with one function that writes into a folder of ours; `folder` puts that where it was asked for
once it is complete. All that one export says is of one revision.
"""
