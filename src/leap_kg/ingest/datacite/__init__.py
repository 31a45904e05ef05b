"""Source `datacite`: data, software and other works that DataCite registers, Zenodo's records among them.

`source` walks the listings, `reading` reads one record of DataCite's JSON into a `works.work.Work`.
"""
