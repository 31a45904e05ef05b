"""Source `esm`: tables of stores as intake-esm keeps them, and the lists of instances that somebody asked for.

Here belongs what knows such tables: the collection's description (`collection`), its rows (`table`), what columns are
called and mean (`facets`), instance ids (`instances`), stores that several rows name (`sharing`), and the requests for
instances (`requested`).
"""
