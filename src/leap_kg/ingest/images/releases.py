"""Source `images`: every release of a repository that builds container images, image by image.

A release is a tag of the repository; the images of a release carry that tag. What is listed is asked of GitHub; the
files of an image are read at the tag, and no registry is asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.images.mapping import map_image
from leap_kg.ingest.images.reference import Image, parse_image
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Refusal, github, version

FILES = ("packages.txt", "conda-linux-64.lock", "environment.yml", "apt.txt", "Dockerfile")
"""The files of an image that are read, if they are there; `conda-lock.yml` besides, where no list is."""

_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_FOLDER = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)
_MOST_PAGES = 100
_ABSENT = ("missing",)


@dataclass(frozen=True, slots=True)
class Building:
    """Where images come from: the repository, the folder of each image by its name, and what tags there are.

    `releases` are tags that are taken also if the listing of tags cannot be had, `since` the first release of an image
    that others are older than, `branches` the tag that the images of a branch carry, which moves with it.
    """

    repository: github.Repository
    images: Mapping[str, str]
    releases: tuple[str, ...]
    since: Mapping[str, str]
    branches: Mapping[str, str]
    api: str

    def has(self, image: str, tag: str) -> bool:
        """Whether the image was there when the tag was made, as far as the order of tags tells."""
        order = version.order(tag)
        return not order or order >= version.order(self.since.get(image, ""))


class ImageReleases(Source):
    """The images of a repository at each of its releases; a record's key is `name:tag`."""

    def __init__(self, id: str, title: str, building: Building, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = building.repository.iri
        self.stale_after = stale_after
        self._building = building
        self._base = base

    def covers(self, repository: github.Repository) -> bool:
        """Whether the images are built from that repository."""
        return repository.key == self._building.repository.key

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """Each image of each release; if the tags cannot be listed, of those releases that the sources file names."""
        building = self._building
        tags = dict.fromkeys(building.releases, "")
        try:
            tags |= dict(self._tags(listing.fetcher))
        except FetchFailed as failure:
            if not tags or isinstance(failure, Parked):
                raise
            listing.shortfall = f"the tags could not be listed: {failure}"
        refs = {branch: (tag, "") for branch, tag in building.branches.items()}
        refs |= {tag: (tag, commit) for tag, commit in tags.items()}
        for name, folder in building.images.items():
            for ref, (tag, commit) in refs.items():
                if not building.has(name, tag):
                    continue
                url = github.File(building.repository, ref, folder, folder=True).blob_url
                yield Ref(Image(name, tag).title, url, version=commit)

    def _tags(self, fetcher: Fetcher) -> Iterator[tuple[str, str]]:
        """Name and commit of each tag that can be the tag of an image."""
        page: str | None = f"{self._building.api}/repos/{self._building.repository.display}/tags?per_page=100"
        for _ in range(_MOST_PAGES):
            if page is None:
                return
            body = fetcher.fetch(page)
            document: Any = read_value(body.data, what=page).value
            if not isinstance(document, list):
                raise RecordUnusable("the answer is no list of tags; check `api` in the sources file", page)
            for item in document:
                name = item.get("name") if isinstance(item, dict) else None
                commit = item.get("commit") if isinstance(item, dict) else None
                sha = commit.get("sha") if isinstance(commit, dict) else None
                if isinstance(name, str) and _TAG.fullmatch(name):
                    yield name, sha if isinstance(sha, str) else ""
            page = body.link("next")
        raise RecordUnusable(f"the tags do not end after {_MOST_PAGES} pages; report it to GitHub", page or "")

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The files of the image that are there; raises `FetchFailed` if none is."""
        name, _, tag = ref.key.rpartition(":")
        folder = self._building.images[name]
        at = next((branch for branch, moving in self._building.branches.items() if moving == tag), tag)
        parts = [part for file in FILES if (part := self._part(file, at, folder, fetcher)) is not None]
        if not any(part.role in ("packages.txt", "conda-linux-64.lock") for part in parts):
            lock = self._part("conda-lock.yml", at, folder, fetcher)
            parts += [lock] if lock is not None else []
        if not parts:
            reason = f"the release has none of {', '.join(FILES)}: name its folder under `images`, if it was another"
            raise RecordUnusable(reason, ref.url)
        return RawRecord(ref.key, tuple(parts))

    def _part(self, file: str, ref: str, folder: str, fetcher: Fetcher) -> Part | None:
        place = github.File(self._building.repository, ref, f"{folder}/{file}")
        try:
            return Part.of(file, fetcher.fetch(place.blob_url))
        except FetchFailed as failure:
            if failure.kind in _ABSENT:
                return None
            raise

    def map(self, record: RawRecord) -> Mapped:
        """The image with its packages, and the files that say so."""
        name, _, tag = record.key.rpartition(":")
        moving = tag in self._building.branches.values()
        return map_image(record, Image(name, tag), self._building.repository, moving, self._base)


class ImagesConfig(SourceConfig):
    """`repository`: the repository on GitHub. `images`: the folder of each image there, by the image's name.

    `releases`: tags that are taken whatever the listing of tags says; `since`: the first release that has the image;
    `branches`: the moving tag that the images of a branch carry; `api`: where GitHub's REST API is.
    """

    repository: str
    images: Annotated[dict[str, str], Field(min_length=1)]
    releases: tuple[str, ...] = ()
    since: dict[str, str] = Field(default_factory=dict)
    branches: dict[str, str] = Field(default_factory=dict)
    api: str = "https://api.github.com"

    @field_validator("repository")
    @classmethod
    def _is_repository(cls, text: str) -> str:
        found = github.parse_repository(text)
        if isinstance(found, Refusal):
            raise ValueError(f"{found.reason}; {found.hint}")
        return text

    @field_validator("images")
    @classmethod
    def _are_images(cls, images: dict[str, str]) -> dict[str, str]:
        for name, folder in images.items():
            image = parse_image(name)
            if image is None or image.version or image.name != name:
                raise ValueError(f"{name!r} is no name of an image, such as pangeo/pangeo-notebook")
            if not _FOLDER.fullmatch(folder) or ".." in folder:
                raise ValueError(f"{folder!r} is no folder of the repository")
        return images

    @field_validator("releases")
    @classmethod
    def _are_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        for tag in tags:
            if not _TAG.fullmatch(tag):
                raise ValueError(f"{tag!r} cannot be the tag of an image")
        return tags

    @field_validator("since")
    @classmethod
    def _are_in_order(cls, since: dict[str, str]) -> dict[str, str]:
        for tag in since.values():
            if not version.order(tag):
                raise ValueError(f"{tag!r} has no place in the order of releases")
        return since

    @field_validator("branches")
    @classmethod
    def _are_branches(cls, branches: dict[str, str]) -> dict[str, str]:
        for branch, tag in branches.items():
            if not _FOLDER.fullmatch(branch) or not _TAG.fullmatch(tag):
                raise ValueError(f"{branch}: {tag} is no branch with the tag that its images carry")
        return branches

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        repository = github.parse_repository(self.repository)
        if isinstance(repository, Refusal):
            raise TypeError(repository.reason)
        building = Building(repository, self.images, self.releases, self.since, self.branches, self.api.rstrip("/"))
        return ImageReleases(self.id, self.title, building, self.stale_after, base)
