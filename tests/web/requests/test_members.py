"""Members of a hub may ask for data, whatever their groups; only by a page that they visit."""

from leap_kg.web.signin.member import Member


def test_every_member_of_the_hub_may_ask_and_only_curators_decide() -> None:
    member = Member("kim", frozenset(), True, "/hub/home", "/hub/logout", "secret")
    assert member.session is None
    assert member.asking is not None
    assert member.asking.token.name == "kim"
    assert member.asking.token.scopes == ()
    curator = Member("ada", frozenset({"leap-kg-curators"}), True, "/hub/home", "/hub/logout", "secret")
    assert curator.session is not None
    assert curator.asking is not None
    # What a script or a frame fetched, or a token of the hub asked for, carries no form.
    assert Member("kim", frozenset(), False, "/hub/home", "/hub/logout").asking is None
