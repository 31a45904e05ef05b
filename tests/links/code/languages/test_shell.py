"""Shell scripts and makefiles: what they fetch and upload, with their variables."""

import pytest

from leap_kg.links.code.languages import makefile
from leap_kg.links.code.languages.files import read_source
from tests.links.code.languages.reading import found, opened

READS = {
    'BASE="https://host.org/d"\nwget -q "${BASE}/a.nc" -O b.nc': ["https://host.org/d/a.nc"],
    "for y in 2001 2002; do\n  curl -O https://host.org/$y.nc\ndone": [
        "https://host.org/2001.nc",
        "https://host.org/2002.nc",
    ],
    'names=(a b)\nfor n in "${names[@]}"; do wget https://host.org/$n.nc; done': [
        "https://host.org/a.nc",
        "https://host.org/b.nc",
    ],
    "for m in {1..2}; do wget https://host.org/$m.nc; done": ["https://host.org/1.nc", "https://host.org/2.nc"],
    "for ((i = 0; i < 3; i++)); do wget https://host.org/$i.nc; done": ["https://host.org/{*}.nc"],
    "fetch() {\n  wget $1\n}\nfetch https://host.org/a.nc": ["https://host.org/a.nc"],
    "gsutil -m cp -r gs://lake/a.zarr . && echo done | cat": ["gs://lake/a.zarr"],
    "x=$(curl -s https://host.org/a.csv | head)": ["https://host.org/a.csv"],
    "if [ -z $1 ]; then\n  U=https://host.org/a.nc\nelse\n  U=https://host.org/b.nc\nfi\nwget $U": [
        "https://host.org/a.nc",
        "https://host.org/b.nc",
    ],
    "curl -s https://host.org/item/7 > a.nc": ["https://host.org/item/7"],
    "wget https://host.org/index.json": ["https://host.org/index.json"],
    "curl -O https://host.org/package.json; wget https://host.org/item/7": [],
    'n=a\nfile=""$n".nc"\nlink="https://host.org/"$file""\ncurl $link --output x': ["https://host.org/a.nc"],
    "U=${1:-https://host.org/a.nc}\nwget $U": ["https://host.org/a.nc"],
    "rclone copy remote:x . ; aws s3 sync s3://lake/a . --endpoint-url https://minio.host.org": [
        "https://minio.host.org/lake/a"
    ],
}


@pytest.mark.parametrize(("code", "targets"), READS.items(), ids=range(len(READS)))
def test_reads(code: str, targets: list[str]) -> None:
    assert opened(f"#!/bin/bash\nset -e\n{code}\n", "get.sh") == targets


@pytest.mark.parametrize(
    ("after", "kept"),
    [("tar xf lib-1.2.8.tar.gz\ncd lib-1.2.8\n./configure --prefix=/x\nmake install", False), ("tar xf lib*", True)],
)
def test_a_release_of_a_program_that_is_built_is_no_data(after: str, *, kept: bool) -> None:
    release, data = "ftp://host.org/pub/lib-1.2.8.tar.gz", "https://host.org/a.nc"
    assert opened(f"wget {release}\nwget {data}\n{after}\n", "get.sh") == ([release] if kept else []) + [data]


def test_writes_comments_and_documents_within() -> None:
    code = (
        "# https://host.org/comment.nc\naws s3 cp a.nc s3://lake/a.nc\ncat <<EOF\nwget https://host.org/text.nc\nEOF\n"
        "python run.py --url https://host.org/other.nc\n"
    )
    assert found(code, "put.sh") == [
        ("D5", "https://host.org/comment.nc"),
        ("D2", "s3://lake/a.nc"),
        ("D5", "https://host.org/text.nc"),
        ("D4", "https://host.org/other.nc"),
    ]


def test_recipes_of_makefiles() -> None:
    text = (
        "BASE := https://host.org/d\nall: a.nc\n\na.nc: Makefile\n\t@wget $(BASE)/a.nc \\\n\t  -O $@\n"
        "\tfor f in b c; do curl -O $(BASE)/$$f.nc; done\n"
    )
    signals = read_source(text.encode(), "data/Makefile").signals
    assert [(s.method, s.target, s.place.start, s.place.end) for s in signals] == [
        ("D1", "https://host.org/d/a.nc", 5, 6),
        ("D1", "https://host.org/d/b.nc", 7, 7),
        ("D1", "https://host.org/d/c.nc", 7, 7),
    ]
    assert makefile.as_shell(text).count("\n") == text.count("\n")
