"""Why a moment of the past cannot be shown; the app answers these with their status, to people and to programs."""


class NotThen(Exception):
    """There is no such moment: 400 for what is no moment at all, 404 for one that the graph does not know."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Busy(Exception):
    """Too much of the past is being worked out at once: 503, come again after `retry_after` seconds."""

    retry_after = 5
