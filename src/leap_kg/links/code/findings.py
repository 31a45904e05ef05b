"""Findings on files of code: what was not read, or not to its end."""

from leap_kg.ingest.mapping.finding import Finding, Severity


def unread(path: str, problem: str, hint: str, where: str = "") -> Finding:
    """The finding that the file, or `where` in it, was not read."""
    message = f"{path}{f', {where}' if where else ''} was not searched for links: {problem}"
    return Finding("unreadable-file", Severity.WARNING, message, hint, f"{path} ({where})" if where else path)


def cut(path: str, problem: str, hint: str) -> Finding:
    """The finding that there is more in the file than was taken."""
    return Finding("list-cut", Severity.WARNING, f"{path} was not searched to its end: {problem}", hint, path)
