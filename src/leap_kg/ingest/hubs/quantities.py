"""Sizes as KubeSpawner and Kubernetes write them, as plain numbers.

KubeSpawner's suffixes K, M, G and T are powers of 1024 (traitlets' and JupyterHub's `ByteSpecification`), unlike
Kubernetes' own; with an `i` they mean the same in both.
"""

import re
from decimal import Decimal

_BYTES = re.compile(r"(?P<number>[0-9]{1,18}(?:\.[0-9]{1,9})?)(?P<suffix>[KMGT]?)i?", re.ASCII)
_CORES = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?P<milli>m?)", re.ASCII)


def bytes_of(value: object) -> int | None:
    """A size of memory or storage in bytes, `None` for what is none."""
    found = _BYTES.fullmatch(_text(value))
    if found is None:
        return None
    return int(Decimal(found["number"]) * 1024 ** (" KMGT".index(found["suffix"]) if found["suffix"] else 0))


def cores_of(value: object) -> Decimal | None:
    """A number of processors, `None` for what is none."""
    found = _CORES.fullmatch(_text(value))
    if found is None:
        return None
    number = Decimal(found["number"]) / (1000 if found["milli"] else 1)
    return number.normalize() if number != number.to_integral() else number.quantize(Decimal(1))


def count_of(value: object) -> int | None:
    """A number of devices, `None` for what is none."""
    text = _text(value)
    return int(text) if re.fullmatch("[0-9]{1,6}", text, re.ASCII) else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value and abs(value) < 1e18 else ""
    return str(value) if isinstance(value, str | int) else ""
