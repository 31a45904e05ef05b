"""A run over a source: what is due, read, kept from earlier, put together, and published here or on a server."""
