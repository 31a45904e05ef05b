"""Stores of which a mirror has all, a part or nothing: only what the mirror holds is an answer of the store."""

import json
from pathlib import Path

from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ontology.namespaces import ADMS
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.judged import judge, kinds
from tests.ingest.zarr.stores import WEB, build, source, taken


def test_what_a_mirror_has_not_is_no_answer_of_the_store(tmp_path: Path) -> None:
    build(tmp_path / "files" / "whole.zarr", 2)
    (tmp_path / "files" / "part.zarr").mkdir()
    (tmp_path / "files" / "part.zarr" / ".zgroup").write_text(json.dumps({"zarr_format": 2}))
    (tmp_path / "files" / "rubble.zarr").mkdir()
    (tmp_path / "files" / "rubble.zarr" / ".zmetadata").write_text("<html>")
    (tmp_path / "mirror.yaml").write_text(f"- match: {WEB}(.+)\n  file: files/\\1\n")
    stores = [f"{WEB}{name}" for name in ("whole.zarr", "part.zarr", "rubble.zarr", "nothing.zarr", "nothing")]
    with MirrorFetcher(read_mirror(tmp_path / "mirror.yaml"), Limits()) as fetcher:
        good, bad = taken(source(*stores), fetcher)
    unasked = {url for url in stores for what in ("", "answer of ") if "was not asked" in bad.get(f"{what}{url}", "")}
    assert unasked == {f"{WEB}part.zarr", f"{WEB}nothing.zarr", f"{WEB}nothing"}
    assert all("the mirror has no file for it" in bad[f"answer of {url}"] for url in unasked)
    statuses = judge(*good.values()).quads_for_pattern(None, ADMS("status"), None)
    said = {q.subject.value: q.object.value for q in statuses}  # type: ignore[union-attr]
    place = f"{BASE}store/https/data.example.org/"
    assert said == {f"{place}whole.zarr": f"{BASE}status/answers", f"{place}rubble.zarr": f"{BASE}status/broken"}
    assert "store-silent" not in kinds(good.values())
