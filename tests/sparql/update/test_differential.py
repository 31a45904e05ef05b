"""The same update by us and by the engine alone: the outcome is the same, and ours wrote nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Store

from leap_kg.sparql.measure import Refused
from leap_kg.sparql.update import Delta, delta
from tests.sparql.update.worlds import BASE, OPTIONS, Operation, operations, shape, store_of, stores

PROLOGUE = f"BASE <{BASE}>\nPREFIX e: <{BASE}>\n"


def natively(store: Store, requested: list[Operation]) -> bool:
    """Let the engine do it; whether it did all, for we refuse to copy what is not there."""
    for operation in requested:
        source = operation.source
        if source and not any(store.quads_for_pattern(None, None, None, NamedNode(source))):
            if operation.silent:
                continue
            return False
        if operation.native:
            store.update(PROLOGUE + operation.native)
    return True


def changed(content: list[Quad], change: Delta) -> Store:
    """A store with this content after this change, which fits it exactly."""
    assert set(change.removed) <= set(store_of(content))
    assert not set(change.added) & set(store_of(content))
    store = store_of(content)
    for quad in change.removed:
        store.remove(quad)
    store.extend(change.added)
    return store


@settings(max_examples=400, deadline=None)
@given(stores, st.lists(operations, max_size=4))
def test_the_outcome_is_that_of_the_engine(content: list[Quad], requested: list[Operation]) -> None:
    store = store_of(content)
    before = set(store)
    # Labels of blank nodes cannot be shared by operations.
    ours = (operation.ours.replace("_:", f"_:n{number}") for number, operation in enumerate(requested))
    text = PROLOGUE + " ;\n".join(ours)
    expected = store_of(content)
    if not natively(expected, requested):
        try:
            delta(store, text, OPTIONS)
        except Refused as refused:
            assert "does not exist" in refused.reason  # noqa: PT017 - some examples raise, some do not
            return
        raise AssertionError("copied a graph that does not exist")
    change = delta(store, text, OPTIONS)
    assert shape(changed(content, change)) == shape(expected)
    assert set(store) == before
    assert Delta.from_bytes(change.to_bytes()) == change
