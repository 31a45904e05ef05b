"""Questions: the named queries of `sparql/`, the guard before a visitor's query and the processes that run it."""
