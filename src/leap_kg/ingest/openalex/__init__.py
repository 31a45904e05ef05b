"""Source `openalex`: what OpenAlex knows of the platform's works beyond their registers: open copies and citations.

`source` walks the listings and follows works that were merged, `reading` says one work.
"""
