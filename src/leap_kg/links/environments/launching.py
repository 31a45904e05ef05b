"""Links that start a hub with a repository: those of Binder, and those of nbgitpuller on a JupyterHub.

A link says in which environment code runs, and on which repository. https://mybinder.readthedocs.io/ and
https://nbgitpuller.readthedocs.io/ have the forms. `parse_launch` reads what `Launch.address` gives.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from leap_kg.ontology.identifiers import Refusal, github

_BINDER = re.compile(r"/v2/(gh|gist|gl|git|zenodo|figshare|hydroshare|dataverse|ckan)/(.{3,1000})", re.DOTALL)
_BINDER_HOST = re.compile(r"(?:^|[.-])(?:my)?binder(?:hub)?(?:[.-]|$)")
_PULL = re.compile(r"(.*?)/(?:hub/)?(?:user-redirect|user/[^/]{1,100})/git-pull/?", re.DOTALL)
_BRANCH = re.compile(r"[\w./-]{1,200}", re.ASCII)
_PLAIN = re.compile(r"[\w.-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Launch:
    """A link: `service` is `binder` or `hub`, `hub` its address, `kind` how Binder finds the repository (`gh`).

    `repository` is the IRI of a repository on GitHub, or else what names it (a DOI, an address); `ref` a branch, a
    tag or a commit, `""` for the default branch. `content` is what nbgitpuller brings into a Binder environment.
    """

    service: str
    hub: str
    kind: str
    repository: str
    ref: str = ""
    content: str = ""

    @property
    def address(self) -> str:
        """The link without what only says which page opens; what nbgitpuller brings is kept."""
        if self.service == "binder":
            name = self.repository.removeprefix("https://github.com/") if self.kind == "gh" else self.repository
            shown = name if self.kind in ("gh", "zenodo", "figshare", "dataverse") else quote(name, safe="")
            pulled = quote(f"git-pull?repo={quote(self.content, safe='')}", safe="")
            ref = f"/{quote(self.ref, safe='')}" if self.ref else ""
            return f"{self.hub}/v2/{self.kind}/{shown}{ref}" + (f"?urlpath={pulled}" if self.content else "")
        branch = f"&branch={quote(self.ref, safe='/')}" if self.ref else ""
        return f"{self.hub}/hub/user-redirect/git-pull?repo={quote(self.repository, safe=':/')}{branch}"


def parse_launch(url: str) -> Launch | None:
    """What an address starts, `None` if it starts nothing."""
    if "/v2/" not in url and "/git-pull" not in url:
        return None
    try:
        split = urlsplit(url)
        host = (split.hostname or "").lower()
        port = f":{split.port}" if split.port else ""
    except ValueError:
        return None
    if not _PLAIN.fullmatch(host) or "." not in host.strip(".") or split.scheme.lower() not in ("http", "https"):
        return None
    hub = f"{split.scheme.lower()}://{host}{port}"
    if _BINDER_HOST.search(host) and (found := _BINDER.match(split.path)):
        return _binder(hub, found[1], found[2].strip("/"), split.query)
    if (found := _PULL.fullmatch(split.path)) and (asked := _asked(split.query)):
        repository, ref = asked
        return Launch("hub", hub + found[1], "git-pull", repository, ref)
    return None


def _binder(hub: str, kind: str, rest: str, query: str) -> Launch | None:
    content = ""
    for name in ("urlpath", "labpath", "filepath"):
        for path in _query(query).get(name, ()):
            if "git-pull?" in path and (asked := _asked(path.partition("git-pull?")[2])):
                content = asked[0]
    if kind == "gh":
        owner, _, tail = rest.partition("/")
        name, _, ref = tail.partition("/")
        repository = github.parse_repository(f"https://github.com/{owner}/{name}")
        if isinstance(repository, Refusal):
            return None
        return Launch("binder", hub, kind, repository.iri, unquote(ref), content)
    if kind in ("zenodo", "figshare", "dataverse"):
        return Launch("binder", hub, kind, unquote(rest), "", content)
    name, _, ref = rest.partition("/")
    return Launch("binder", hub, kind, unquote(name), unquote(ref), content)


def _asked(query: str) -> tuple[str, str] | None:
    """The repository and the branch that a query of nbgitpuller asks for."""
    values = _query(query)
    addresses, branches = values.get("repo", []), values.get("branch", [])
    if not addresses or not addresses[0].startswith(("https://", "http://")) or len(addresses[0]) > 500:
        return None
    # An ampersand that was escaped once too often ends the address all the same.
    address = addresses[0].partition("&")[0]
    repository = github.parse_repository(address)
    named = address if isinstance(repository, Refusal) else repository.iri
    branch = _BRANCH.match(branches[0]) if branches else None
    return named, branch[0] if branch else ""


def _query(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, max_num_fields=50)
    except ValueError:
        return {}
