"""Sources: how records come in over HTTP or from files, are read, mapped to quads and handed to `publish()`."""
