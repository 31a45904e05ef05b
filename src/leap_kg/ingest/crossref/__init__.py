"""Source `crossref`: works that Crossref registers, found by award, person, organisation, DOI or listing of its API.

`source` walks the listings, `reading` reads one work of Crossref's JSON into a `works.work.Work`.
"""
