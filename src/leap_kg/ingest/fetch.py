"""Fetching: one question in, one whole body or one reasoned failure out.

Every source asks a `Fetcher` and never knows whether the network (`HttpFetcher`), a folder
(`leap_kg.ingest.mirror`) or memory (`CachedFetcher`) answers. The parts are in `leap_kg.ingest.http`.
"""

from leap_kg.ingest.http.asking import Ask as Ask
from leap_kg.ingest.http.asking import Body as Body
from leap_kg.ingest.http.asking import Fetcher as Fetcher
from leap_kg.ingest.http.asking import FetchFailed as FetchFailed
from leap_kg.ingest.http.asking import Kind as Kind
from leap_kg.ingest.http.asking import Limits as Limits
from leap_kg.ingest.http.asking import NotMirrored as NotMirrored
from leap_kg.ingest.http.asking import Parked as Parked
from leap_kg.ingest.http.cached import CachedFetcher as CachedFetcher
from leap_kg.ingest.http.fetcher import HttpFetcher as HttpFetcher
