"""Bytes from outside as values: YAML, JSON, Turtle and JSON-LD of strangers, bounded, with places for findings."""
