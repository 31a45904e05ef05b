"""What the hub of the graph offers right now: looked up in the newest revision whenever somebody asks."""

from leap_kg.graph.home import Home
from leap_kg.graph.remote.snapshot import served
from leap_kg.hub.local.choices import Offer, Unofferable, hubs, offer_of
from leap_kg.hub.wanted.desired import NothingWanted
from leap_kg.settings import Settings


class Shelf:
    """The choices of one hub of the graph; `domain` names it, `""` is the first of those that offer something."""

    def __init__(self, settings: Settings, domain: str) -> None:
        self._base = settings.base
        self._domain = domain
        self._snapshots = served(Home.of(settings))

    def offer(self) -> Offer:
        """What can be chosen; raises `Unofferable` with what to do."""
        snapshot = self._snapshots.current()
        if snapshot is None:
            raise Unofferable("the graph is empty: harvest something that has a hub, as `make run` does")
        known = hubs(snapshot.store, self._base)
        problem = f"the graph has no hub {self._domain}; it has {', '.join(known[:20]) or 'none'}"
        for domain in [self._domain] if self._domain else known:
            try:
                offer = offer_of(snapshot.store, snapshot.revision, domain, self._base)
            except NothingWanted:
                continue
            except Unofferable as error:
                problem = str(error)
                continue
            if offer.profiles or self._domain:
                return offer
        raise Unofferable(problem)
