"""Whether what a hub offers can work: `profileList` against a schema of ours, all values against that of the chart.

Zero-to-jupyterhub leaves the items of `profileList` untyped, so a typo in one shows when a user cannot start a server.
`hub/schemas/profiles.schema.json` is written down from KubeSpawner's documentation.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.hubs.layers import layered
from leap_kg.ingest.hubs.scalars import typed
from leap_kg.resources import declarations


def profile_problems(profiles: object) -> list[str]:
    """What is wrong with a `profileList`, a line each that says where; `None` is no list, and fine."""
    if profiles is None:
        return []
    return _lines(_profiles(), profiles, "profileList") + _defaults(profiles)


def chart_problems(values: Mapping[str, Any], schema: Path, defaults: Path) -> list[str]:
    """What the schema of the chart refuses of these values over its own, those of the file `defaults`.

    Raises `ValueError` for a file that is not what it should be, and `OSError`.
    """
    from jsonschema import Draft7Validator  # which takes a second to load: no other command should wait for it
    from jsonschema.exceptions import SchemaError

    try:
        found, below = (read_yaml(each.read_bytes(), what=str(each), plain=typed).value for each in (schema, defaults))
        Draft7Validator.check_schema(found)
    except Unreadable as error:
        raise ValueError(str(error)) from None
    except SchemaError as error:
        raise ValueError(f"{schema} is no JSON schema: {error.message[:200]}") from None
    if not isinstance(below, dict):
        raise ValueError(f"{defaults} has no values: it is no mapping")
    return _lines(Draft7Validator(found), layered(below, values), "values")


def _defaults(profiles: object) -> list[str]:
    if not isinstance(profiles, list):
        return []
    chosen = [each for each in profiles if isinstance(each, dict) and each.get("default") is True]
    return [f"profileList: {len(chosen)} profiles are the default: leave one"] if len(chosen) > 1 else []


def _lines(validator: Any, value: object, root: str) -> list[str]:  # noqa: ANN401 - any of the validators
    found = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    return [f"{'.'.join(map(str, (root, *error.absolute_path)))}: {error.message[:300]}" for error in found]


@cache
def _profiles() -> Any:  # noqa: ANN401 - what jsonschema makes of it
    from jsonschema import Draft202012Validator

    file = declarations() / "hub" / "schemas" / "profiles.schema.json"
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))
