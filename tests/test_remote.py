"""The address of a server in the environment."""

import pytest

from leap_kg.remote import Remote
from leap_kg.settings import Settings


@pytest.mark.parametrize(
    ("store", "query", "update"),
    [
        ("sparql+http://127.0.0.1:3030/ds", "http://127.0.0.1:3030/ds", "http://127.0.0.1:3030/ds"),
        ("sparql+http://h:3030/ds/query", "http://h:3030/ds/query", "http://h:3030/ds/update"),
        ("sparql+https://h/repositories/kg", "https://h/repositories/kg", "https://h/repositories/kg/statements"),
        ("sparql+http://[::1]:8890/sparql", "http://[::1]:8890/sparql", "http://[::1]:8890/sparql"),
    ],
)
def test_the_usual_servers_need_one_variable(store: str, query: str, update: str) -> None:
    settings = Settings.from_environment({"LEAP_KG_STORE": store})
    assert settings.store == Remote(query, update)


def test_all_four_variables() -> None:
    environment = {
        "LEAP_KG_STORE": "sparql+http://h:8890/sparql",
        "LEAP_KG_STORE_UPDATE": "http://h:8890/sparql-auth",
        "LEAP_KG_STORE_USER": "leap",
        "LEAP_KG_STORE_PASSWORD": "hush",
    }
    assert Remote.from_environment(environment) == Remote(
        "http://h:8890/sparql", "http://h:8890/sparql-auth", "leap", "hush"
    )


@pytest.mark.parametrize("environment", [{}, {"LEAP_KG_STORE": ""}, {"LEAP_KG_STORE_UPDATE": "http://h/"}])
def test_without_the_first_the_engine_is_the_embedded_one(environment: dict[str, str]) -> None:
    assert Settings.from_environment(environment).store is None


@pytest.mark.parametrize(
    "store",
    [
        "http://h/ds",
        "sparql+ftp://h/ds",
        "sparql+http://",
        "sparql+http://h:0/ds",
        "sparql+http://h:99999/ds",
        "sparql+http://h/ds#part",
        "sparql+http://h/d s",
        "sparql+http://kim:hush@h/ds",
        "sparql+file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(store: str) -> None:
    with pytest.raises(ValueError, match="LEAP_KG_STORE must be like sparql\\+http://host:port/path") as raised:
        Settings.from_environment({"LEAP_KG_STORE": store})
    assert "hush" not in str(raised.value)


def test_the_address_of_updates_has_no_prefix() -> None:
    environment = {"LEAP_KG_STORE": "sparql+http://h/ds", "LEAP_KG_STORE_UPDATE": "sparql+http://h/ds"}
    with pytest.raises(ValueError, match="LEAP_KG_STORE_UPDATE must be like http://host:port/path"):
        Settings.from_environment(environment)
