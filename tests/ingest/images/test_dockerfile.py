"""What Dockerfiles build on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.images.dockerfile import read_dockerfile
from leap_kg.ingest.images.reference import Image

PIECES = st.sampled_from(
    ("FROM a:1", "FROM a AS b", "from b", "ARG X=1", "ARG X", "FROM ${X}", "FROM a:${X:-2}", "FROM $X/y",
     "COPY --from=b . .", "COPY --from=c:2 . .", "# x", "# escape=`", "RUN a \\", "\\", "FROM scratch",
     "FROM a b c", "")
) | st.text(max_size=20)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("\n".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_dockerfile(text.encode("utf-8", "replace"), what="Dockerfile")
    except Unreadable:
        return
    assert found.base is None or "$" not in found.base.title
    assert all(image.name for image in found.copied)


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("FROM pangeo/base-image:2024.06.02", Image("pangeo/base-image", "2024.06.02")),
        ("ARG TAG=2024.06.02\nFROM pangeo/base-image:${TAG}\nARG TAG=other", Image("pangeo/base-image", "2024.06.02")),
        ("ARG TAG\nFROM pangeo/base-image:${TAG}", Image("pangeo/base-image", "")),
        ("FROM pangeo/base-image:${TAG:-2.0}", Image("pangeo/base-image", "2.0")),
        ("FROM --platform=linux/amd64 \\\n  ubuntu:22.04 as build\nFROM build", Image("ubuntu", "22.04")),
        ("# escape=`\nFROM `\n quay.io/a/b@sha256:" + "0" * 64, Image("quay.io/a/b", "sha256:" + "0" * 64)),
        ("FROM a:1\nFROM docker.io/library/b:2", Image("library/b", "2")),
        ("FROM scratch", None),
        ("RUN echo FROM a", None),
    ],
)
def test_the_last_stage_names_the_base(text: str, base: Image | None) -> None:
    assert read_dockerfile(text.encode(), what="Dockerfile").base == base


def test_files_of_other_images_are_noted_and_stages_are_not() -> None:
    text = b"FROM a:1 AS one\nCOPY --chown=x --from=one /x /y\nCOPY --from=tools:2 /x /y\nCOPY --from=0 /x /y\n"
    found = read_dockerfile(text, what="Dockerfile")
    assert found.copied == [Image("tools", "2")]


def test_what_only_the_builder_knows_is_said() -> None:
    assert read_dockerfile(b"ARG OWNER\nFROM ${OWNER}/image:1", what="Dockerfile").unresolved == ["${OWNER}/image:1"]
