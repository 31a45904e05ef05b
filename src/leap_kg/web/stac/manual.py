"""The page that says what can be asked of the API."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from leap_kg.stac.area import MOST_POINTS
from leap_kg.stac.asked import LARGEST_PAGE
from leap_kg.web.answers import page
from leap_kg.web.stac.place import PREFIX, place_of

router = APIRouter(include_in_schema=False)
entrance = APIRouter(include_in_schema=False)
"""What is beside the API: its address without the slash."""

SECONDS = 5
"""How long one search may take."""

_SAMPLES = (
    (
        "From Python",
        "Python",
        """from pystac_client import Client

catalogue = Client.open("{place}/")
search = catalogue.search(bbox=[-80, 20, -10, 60], datetime="2000-01-01/2009-12-31", max_items=10)
print(search.matched())
for item in search.items():
    print(item.id, item.datetime)""",
    ),
    (
        "Collections by their words, place and time",
        "Shell",
        "curl '{place}/collections?q=temperature&bbox=-180,-90,180,90&datetime=2000-01-01T00:00:00Z/..'",
    ),
    (
        "Items by a filter in CQL2",
        "Shell",
        """curl -G '{place}/search' --data-urlencode \\
  "filter=gsd < 30 AND S_INTERSECTS(geometry, POLYGON((0 0, 9 0, 9 9, 0 9, 0 0)))\"""",
    ),
    (
        "How many items there are, when and of what",
        "Shell",
        "curl '{place}/aggregate?aggregations=total_count,datetime_frequency,collection_frequency'",
    ),
)


@router.get("/api.html")
def manual(request: Request) -> Response:
    """How to ask, by examples."""
    place = place_of(request)
    samples = [(title, language, code.replace("{place}", place)) for title, language, code in _SAMPLES]
    return page(
        request, "stac.html", place=place, samples=samples, largest=LARGEST_PAGE, points=MOST_POINTS, seconds=SECONDS
    )


@entrance.get(PREFIX)
def enter() -> Response:
    """The catalogue is at the address with a slash."""
    return RedirectResponse(f"{PREFIX}/", 308)
