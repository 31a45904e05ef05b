"""The mirror: answers URLs from local files, for air-gapped sites and for tests.

A mirror file is a YAML list of rules:

    - match: https://github\\.com/([^/]+)/([^/]+)/blob/[^/]+/(.+)
      file: feedstocks/\\1__\\2/\\3
    - match: https://api\\.crossref\\.org/.*
      recording: cassettes

`match` is a Python regular expression that has to match the WHOLE URL (`re.fullmatch`); end it in `.*`
to match a beginning. `file` is relative to the mirror file and may use `\\1` to `\\99`, `\\g<1>`,
`\\g<name>`, `\\g<0>` (the whole URL) and `\\\\`; all else in it is literal, and nothing is percent-decoded.
`recording` is named alike and is a file of recorded exchanges, or a folder of them: then the exchange of
that method and URL answers, with its status, headers and body.

The URL is tried as asked; if no rule matches it so, as GitHub's raw form, then as its blob form. Of the
rules that match, the first that has an answer gives it. Anything else is a 404, and no network is used.

`rules` reads mirror files, `template` finds the files they name; `dialects` reads recordings into exchanges
(`exchange`), `library` finds the one that is asked for; `fetcher` answers.
"""

from leap_kg.ingest.mirror.fetcher import MirrorFetcher as MirrorFetcher
from leap_kg.ingest.mirror.rules import MirrorFaulty as MirrorFaulty
from leap_kg.ingest.mirror.rules import Rule as Rule
from leap_kg.ingest.mirror.rules import read_mirror as read_mirror
from leap_kg.ingest.mirror.template import Template as Template
