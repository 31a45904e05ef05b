"""Writing over HTTP: tokens and what they cover, the Graph Store Protocol, updates, and the queue to the writer."""
