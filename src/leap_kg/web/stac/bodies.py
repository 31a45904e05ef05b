"""Holds bodies of requests to a size before anything reads them, and to objects before models look into them."""

from pydantic import BaseModel, model_validator
from stac_fastapi.types.search import BaseSearchPostRequest
from stac_pydantic.shared import BBox
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leap_kg.web.stac.parameters import unknown

MOST_BYTES = 2_000_000


_TEXT = f"the body has more than {MOST_BYTES:,} bytes: simplify the geometry or the filter"
_REFUSAL = JSONResponse({"code": "TooLarge", "description": _TEXT}, 413)


class TooLarge(Exception):
    """The body is larger than a search can be."""


class OfObject(BaseModel):
    """Goes before models whose own checks fail on anything but an object, and lets nothing through that they lack."""

    @model_validator(mode="before")
    @classmethod
    def _require_object(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("the body is no object")
        names = (field.validation_alias or field.alias or name for name, field in cls.model_fields.items())
        if problem := unknown(map(str, value), map(str, names)):
            raise ValueError(problem)
        return value


class SearchByBody(OfObject, BaseSearchPostRequest):
    """A search as it is posted; its box is read by `leap_kg.stac.area`, which knows of turns and poles."""

    bbox: BBox | None = None


class BoundedBody:
    """Wraps an ASGI app: what is larger is answered with 413, whether its length was announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        left = MOST_BYTES

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        if length.isdigit() and int(length) > MOST_BYTES:
            await _REFUSAL(scope, receive, send)
            return
        try:
            await self._app(scope, bounded, send)
        except TooLarge:
            await _REFUSAL(scope, receive, send)
