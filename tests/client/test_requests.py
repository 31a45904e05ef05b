"""Requests for data by the client, on the example platform."""

from leap_kg.client.graph import Client


def test_requests_come_with_their_state_and_what_answers_them(kg: Client) -> None:
    found = {request.title: request for request in kg.requests()}
    answered = found["Monthly sea-surface temperature analysis"]
    assert (answered.status, answered.asked[:10]) == ("published", "2024-11-04")
    assert kg.slug(answered.answer) == "example-lab/sst-analysis-feedstock"
    assert answered.issue == "https://github.com/example-lab/data-management/issues/12"
    assert answered.url == f"{kg.url}/request/github/example-lab/data-management/12"
    assert found["Sea-ice thickness"].status == "accepted"
    assert found["Radar composites every five minutes"].status == "declined"
    (only,) = kg.requests(status="in-progress", words="daily means")
    assert only.title.startswith("Daily means")
    assert "published" in kg.requests(words="monthly")._repr_html_()
