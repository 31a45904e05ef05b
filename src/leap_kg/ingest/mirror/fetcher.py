"""Answers what is asked for by the rules of a mirror, and by nothing else: no socket is ever opened."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from urllib.parse import urljoin

from leap_kg.ingest.http.address import MAX_URL, blob_form, raw_form
from leap_kg.ingest.http.asking import Ask, Body, Fetcher, FetchFailed, Limits, NotMirrored, web_page
from leap_kg.ingest.http.headers import media_type, telling
from leap_kg.ingest.mirror.exchange import Exchange
from leap_kg.ingest.mirror.library import Library, RecordingFaulty
from leap_kg.ingest.mirror.rules import Rule
from leap_kg.ingest.mirror.template import Escape, Template

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
# Recordings that a message names: so many, as long as their paths together are no longer than that.
_NAMED, _ROOM = 5, 200


class MirrorFetcher(Fetcher):
    """Answers URLs by `rules`, never by the network; a URL without an answer is missing, as on a 404.

    Safe across threads.
    """

    def __init__(self, rules: Sequence[Rule], limits: Limits) -> None:
        self._rules = tuple(rules)
        self._limits = limits
        self._library = Library()
        self._folders: dict[Template, list[Path]] = {}

    def fetch(self, ask: Ask | str) -> Body:
        """The body of what is asked for; raises `FetchFailed`. `media_type` is None where a file answers."""
        wanted = Ask.of(ask)
        target, moved = wanted.url, True
        for hop in range(self._limits.redirects + 1):
            form, found = self._find(wanted, target)
            if isinstance(found, Path):
                return Body.of(wanted.url, form, self._read(wanted, found), None, moved=moved and hop > 0)
            location = found.headers.get("location")
            if found.status not in _REDIRECTS or location is None:
                return self._recorded(wanted, form, found, moved=moved and hop > 0)
            moved = moved and found.status in _PERMANENT
            try:
                target = urljoin(form, location)
            except ValueError:
                raise FetchFailed(wanted.url, "is recorded to redirect to what is no URL", "redirects") from None
        reason = f"is recorded to redirect more than {self._limits.redirects} times: mend the recording"
        raise FetchFailed(wanted.url, reason, "redirects")

    def _find(self, ask: Ask, url: str) -> tuple[str, Path | Exchange]:
        """The form of `url` that has rules, and the file or the exchange that answers it; raises `FetchFailed`."""
        if len(url) > MAX_URL:
            reason = f"is longer than {MAX_URL} characters: mend it where it is listed"
            raise FetchFailed(ask.url, reason, "refused")
        for form in dict.fromkeys((url, raw_form(url), blob_form(url))):
            matches = [(rule, found) for rule in self._rules if (found := rule.match.fullmatch(form))]
            if matches:
                return form, self._answer(ask, form, matches)
        reason = "no rule of the mirror matches it (404): add a rule, or mend the address"
        raise NotMirrored(ask.url, reason)

    def _answer(self, ask: Ask, form: str, matches: list[tuple[Rule, re.Match[str]]]) -> Path | Exchange:
        looked_at: list[str] = []
        try:
            for rule, found in matches:
                if not rule.recorded:
                    if path := rule.file.file(found):
                        return path
                    continue
                paths = self._recordings(rule, found)
                if exchange := self._library.find(ask, form, paths):
                    return exchange
                looked_at += [os.path.relpath(path, rule.file.folder.resolve()) for path in paths]
        except Escape as escape:
            raise FetchFailed(ask.url, f"{escape}: mend the address where it is listed", "refused") from None
        except RecordingFaulty as failure:
            raise FetchFailed(ask.url, f"{failure}; mend it, or take it out of the mirror", "content") from None
        if looked_at:
            fit = [
                each for each, length in zip(looked_at, accumulate(map(len, looked_at)), strict=True) if length <= _ROOM
            ]
            shown = looked_at[: min(max(len(fit), 1), _NAMED)]
            named = ", ".join(shown)
            more = f" and {len(looked_at) - len(shown)} more" if len(looked_at) > len(shown) else ""
            reason = f"is not recorded (404) in {named}{more}: record it, or mend the address"
        else:
            reason = "the mirror has no file for it (404): add the file, or mend the address"
        raise NotMirrored(ask.url, reason)

    def _recordings(self, rule: Rule, found: re.Match[str]) -> list[Path]:
        """The recordings of a rule; those of a folder that is the same for every address are looked up once."""
        if rule.file.groups:
            return rule.file.files(found)
        if rule.file not in self._folders:
            self._folders[rule.file] = rule.file.files(found)
        return self._folders[rule.file]

    def _recorded(self, ask: Ask, form: str, found: Exchange, *, moved: bool) -> Body:
        status = found.status
        if status in (404, 410):
            reason = f"nothing was there when it was recorded (HTTP {status}): mend or remove the address"
            raise FetchFailed(ask.url, reason, "missing", status)
        if status not in (200, 203) and not (ask.first and status == 206):
            reason = f"was answered HTTP {status} when it was recorded: record it anew, or mend the address"
            raise FetchFailed(ask.url, reason, "status", status)
        if (failure := web_page(ask, media_type(found.headers))) is not None:
            raise failure
        try:
            data = found.beginning(ask.first) if ask.first else found.unpacked(self._cap(ask))
        except ValueError as fault:
            raise FetchFailed(ask.url, f"was recorded badly: {fault}; record it anew", "content") from None
        if data is None:
            reason = f"was recorded larger than {self._cap(ask)} bytes: raise LEAP_KG_FETCH_BYTES"
            raise FetchFailed(ask.url, reason, "too-large")
        body = Body.of(ask.url, form, data, media_type(found.headers), telling(found.headers))
        return replace(body, moved=moved)

    def _read(self, ask: Ask, path: Path) -> bytes:
        cap = self._cap(ask)
        try:
            with path.open("rb") as file:
                data = file.read(ask.first or cap + 1)
        except OSError as failure:
            reason = f"{path} cannot be read ({failure.strerror}): check its permissions"
            raise FetchFailed(ask.url, reason, "unreachable") from None
        if len(data) > cap and not ask.first:
            reason = f"{path} is larger than {cap} bytes: shorten it, or raise LEAP_KG_FETCH_BYTES"
            raise FetchFailed(ask.url, reason, "too-large")
        return data

    def _cap(self, ask: Ask) -> int:
        return max(self._limits.body_bytes, ask.body_bytes)
