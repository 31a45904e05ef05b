"""What builds have made, told with how they stand: the digest that the registry gave an image, from the Job's pod."""

from collections.abc import Callable
from dataclasses import replace

from leap_kg.hub.declared.environment import built
from leap_kg.hub.objects.health import Finding, Health
from leap_kg.hub.objects.manifest import Key, Manifest
from leap_kg.hub.planned.standing import Snapshot, Standing

REASON = "Built"
"""The reason of a build's health when its message is the image with its digest."""


def with_images(standing: Standing, pods: Callable[[Key], list[Manifest]]) -> Standing:
    """The standing with the images that its finished builds have made; `pods` gives those of a Job."""
    if standing.objects is None:
        return standing
    return replace(standing, objects=tuple(_told(each, pods) for each in standing.objects))


def _told(snapshot: Snapshot, pods: Callable[[Key], list[Manifest]]) -> Snapshot:
    live = snapshot.live
    if live is None or live.get("kind") != "Job" or snapshot.finding.health is not Health.READY:
        return snapshot
    image = built(live, pods(snapshot.key))
    return snapshot if image is None else replace(snapshot, finding=Finding(Health.READY, REASON, image.title))
