"""How objects of each kind do, by statuses as their controllers write them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.hub.objects.health import Finding, Health, health_of


def live(kind: str, status: dict[str, Any], spec: dict[str, Any] | None = None, generation: int = 2) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "x", "generation": generation}, "spec": spec or {}, "status": status}


def said(*conditions: tuple[str, str, str], observed: int = 2) -> dict[str, Any]:
    listed = [{"type": kind, "status": status, "reason": reason, "message": "m"} for kind, status, reason in conditions]
    return {"observedGeneration": observed, "conditions": listed}


@pytest.mark.parametrize(
    ("thing", "health"),
    [
        (live("HelmRelease", said(("Ready", "True", "UpgradeSucceeded"))), Health.READY),
        (live("HelmRelease", said(("Ready", "True", "UpgradeSucceeded"), observed=1)), Health.PROGRESSING),
        (live("HelmRelease", said(("Ready", "False", "UpgradeFailed"))), Health.FAILED),
        (live("HelmRelease", said(("Ready", "False", "x"), ("Reconciling", "True", "x"))), Health.PROGRESSING),
        (live("HelmRelease", said(("Ready", "Unknown", "x"))), Health.PROGRESSING),
        (live("HelmRelease", said(("Ready", "True", "x"), ("Stalled", "True", "RetriesExceeded"))), Health.FAILED),
        (live("HelmRelease", said(("Ready", "True", "x")), {"suspend": True}), Health.SUSPENDED),
        (live("HelmRelease", {}), Health.UNKNOWN),
        (live("HelmRepository", {}, {"type": "oci"}), Health.READY),
        (live("HelmRepository", {}), Health.UNKNOWN),
        (live("Job", said(("Complete", "True", "x"))), Health.READY),
        (live("Job", said(("Failed", "True", "BackoffLimitExceeded"), ("Complete", "False", "x"))), Health.FAILED),
        (live("Job", said(("Suspended", "True", "JobSuspended"))), Health.SUSPENDED),
        (live("Job", {"active": 1}), Health.PROGRESSING),
        (live("Job", {}), Health.UNKNOWN),
        (live("Deployment", {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
              {"replicas": 2}), Health.READY),
        (live("Deployment", {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 2},
              {"replicas": 2}), Health.PROGRESSING),
        (live("Deployment", said(("Progressing", "False", "ProgressDeadlineExceeded"))), Health.FAILED),
        (live("Deployment", {"observedGeneration": 1, "availableReplicas": 1}), Health.PROGRESSING),
        (live("Application", {"health": {"status": "Healthy"}, "sync": {"status": "Synced"}}), Health.READY),
        (live("Application", {"health": {"status": "Healthy"}, "sync": {"status": "OutOfSync"}}), Health.PROGRESSING),
        (live("Application", {"health": {"status": "Degraded", "message": "crash"}}), Health.FAILED),
        (live("Application", {}), Health.UNKNOWN),
        (live("Kustomization", said(("Available", "True", "x"))), Health.READY),
        ({"kind": "Secret", "metadata": {"name": "x"}}, Health.READY),
        ({"kind": "Job", "metadata": {"name": "x", "deletionTimestamp": "2026-01-01T00:00:00Z"}}, Health.PROGRESSING),
        (None, Health.ABSENT),
    ],
)  # fmt: skip
def test_how_an_object_does(thing: dict[str, Any] | None, health: Health) -> None:
    assert health_of(thing).health is health


def test_why_is_told_in_the_words_of_the_controller() -> None:
    found = health_of(live("HelmRelease", said(("Ready", "False", "InstallFailed"))))
    assert found == Finding(Health.FAILED, "InstallFailed", "m")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
parts = st.dictionaries(st.sampled_from(["conditions", "observedGeneration", "health", "sync", "replicas"]), anything)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["Job", "Deployment", "Application", "HelmRelease"]), anything | parts, anything, anything)
def test_whatever_a_status_says_there_is_an_answer(kind: str, status: Any, spec: Any, metadata: Any) -> None:
    found = health_of({"kind": kind, "metadata": metadata, "spec": spec, "status": status})
    assert isinstance(found.health, Health)
    assert isinstance(found.message, str)
