"""Takes the body of a request into temporary files, within a limit of bytes and one of time.

Hazards: a sender may send for ever, or one byte a minute; so the whole body has one deadline, and its size is counted
as it arrives, whatever Content-Length says.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import structlog
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from leap_kg.settings import Settings
from leap_kg.sparql.guard import Refused
from leap_kg.web.writing.publishing import Busy

log = structlog.get_logger(__name__)

_IN_MEMORY = 2**20
_MOST_FILES = 100
_READ_ON = 2
"""A body this many times too large is still read, and thrown away: many clients look for an answer only then."""
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Body:
    """One file that was sent: its bytes, its Content-Type header as it stands (`""` if there is none), its name."""

    file: BinaryIO
    content_type: str
    name: str = ""

    def read(self) -> bytes:
        """All of it."""
        self.file.seek(0)
        return self.file.read()


async def received(request: Request, settings: Settings) -> Sequence[Body]:
    """The body of a request: one file, or those of a form.

    Raises `Refused`: 400 (cut off, or no form that can be read), 408 (too slow), 413 (too large), 415 (compressed);
    and `Busy` where there is no room to keep it.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refused(415, f"send the body as it is, not as {encoding}")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > _READ_ON * settings.body_bytes:
        raise _too_large(settings)
    content_type = request.headers.get("content-type", "")
    try:
        async with asyncio.timeout(settings.body_seconds):
            if content_type.partition(";")[0].strip().lower() == MULTIPART:
                return await _files(request, settings)
            return [await _whole(request, settings, content_type)]
    except TimeoutError:
        raise Refused(408, f"the body did not arrive within {settings.body_seconds:g} s") from None
    except ClientDisconnect:
        raise Refused(400, "the body ended too early") from None
    except OSError as error:
        log.error("cannot keep a body", reason=str(error))  # noqa: TRY400 - the reason says it
        raise Busy("there is no room to take the body at the moment; try again later") from None


async def _whole(request: Request, settings: Settings, content_type: str) -> Body:
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (whoever reads the body closes it by forgetting it)
    async for chunk in _counted(request, settings):
        file.write(chunk)
    return Body(cast("BinaryIO", file), content_type)


async def _files(request: Request, settings: Settings) -> Sequence[Body]:
    parser = MultiPartParser(
        request.headers, _counted(request, settings), max_files=_MOST_FILES, max_fields=_MOST_FILES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Refused(400, f"this is no form that can be read: {error.message}") from None
    except KeyError:
        raise Refused(400, "the Content-Type of the form names no boundary") from None
    bodies = []
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            raise Refused(400, f"the part {name[:100]!r} of the form has no filename; send every part as a file")
        bodies.append(Body(value.file, value.content_type or "", value.filename or name))
    if not bodies:
        raise Refused(400, "the form holds no file")
    return bodies


async def _counted(request: Request, settings: Settings) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= settings.body_bytes:
            yield chunk
        elif size > _READ_ON * settings.body_bytes:
            break
    if size > settings.body_bytes:
        raise _too_large(settings)


def _too_large(settings: Settings) -> Refused:
    return Refused(413, f"the body has more than the {settings.body_bytes} bytes that are taken here; split it")
