"""What is said to a search that cannot be answered."""


class BadSearch(ValueError):
    """The search is not well formed, or asks for more than a server may compute; the text says what to mend."""
