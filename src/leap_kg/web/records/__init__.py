"""OGC API Records below `/records`: what the graph lists, as records that catalogue clients search and harvest.

`catalogues` are the collections, `asked` reads a search, `record` is the document of a node, `api` has the routes. What
is found comes from the search index, what a record says from the graph.
"""
