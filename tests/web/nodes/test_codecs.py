"""How chunks are packed, as the page of their store says it."""

import json
from pathlib import Path
from typing import Any

import html5lib
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numcodecs import Blosc, Shuffle, Zlib
from pyoxigraph import NamedNode
from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable
from leap_kg.ingest.zarr.arrays import read_v2, read_v3
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web.nodes.codecs import packed
from tests.web.platform import fill, followed, publish
from tests.web.server import running

LEAP = Namespace(BASE + ONTOLOGY_PATH)


def codecs_of(folder: Path, zarr_format: int, **encoding: Any) -> str:
    """The codecs of an array that zarr writes, as a harvest has them."""
    zarr.create_array(
        folder,
        data=np.zeros((8, 8), dtype="f4"),
        zarr_format=2 if zarr_format == 2 else 3,
        **{"chunks": (4, 4), **encoding},
    )
    document = json.loads((folder / (".zarray" if zarr_format == 2 else "zarr.json")).read_text())
    array = read_v2("a", document, {}) if zarr_format == 2 else read_v3("a", document)
    assert array is not None
    return array.codecs


@pytest.mark.parametrize(
    ("zarr_format", "encoding", "words"),
    [
        (3, {"compressors": ZstdCodec(level=3)}, "Zstandard (level 3)"),
        (3, {"compressors": BloscCodec(cname="lz4", clevel=5, shuffle="shuffle")}, "Blosc (lz4, level 5, shuffle)"),
        (3, {"compressors": None}, "not compressed"),
        (
            3,
            {"compressors": GzipCodec(level=1), "shards": (8, 8), "chunks": (2, 4)},
            "shards of chunks 2 × 4: gzip (level 1)",
        ),
        (
            2,
            {"compressors": Blosc(cname="zstd", clevel=9, shuffle=Blosc.BITSHUFFLE)},
            "Blosc (zstd, level 9, bitshuffle)",
        ),
        (2, {"compressors": Zlib(level=4), "filters": [Shuffle(elementsize=4)]}, "shuffle, zlib (level 4)"),
        (2, {"compressors": None}, "not compressed"),
    ],
)
def test_what_zarr_writes_is_said(tmp_path: Path, zarr_format: int, encoding: dict[str, Any], words: str) -> None:
    assert packed(codecs_of(tmp_path / "a", zarr_format, **encoding)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("{}", ""),
        ("nonsense", ""),
        ("[" * 5000, ""),
        ('[1, null, {}, [], {"name": 5}]', "not compressed"),
        ('[{"name": "<b>", "configuration": 7}]', "<b>"),
        ('[{"id": "zlib", "level": true}]', "zlib"),
        ('["crc32c"]', "crc32c"),
        ('[{"name": "bytes", "configuration": {"endian": "big"}}]', "big-endian"),
        (json.dumps([{"name": f"c{n}"} for n in range(10)]), "c0, c1, c2, c3, c4, c5, c6, c7 and 2 more"),
        ('[{"name": "sharding_indexed", "configuration": {"chunk_shape": [-1]}}]', "shards"),
    ],
)
def test_what_is_no_codec_is_left_out(text: str, words: str) -> None:
    assert packed(text) == words


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "id", "configuration", "codecs", "chunk_shape", "level", "cname", "shuffle"]),
            inner,
        )
    ),
)


@given(_VALUES)
def test_no_codecs_break_a_page(stated: object) -> None:
    assert len(packed(json.dumps(stated))) < 20_000


def test_the_page_of_a_store_says_how_its_chunks_are_packed(tmp_path: Path) -> None:
    node = NamedNode(f"{BASE}store/https/example.org/packed.zarr")
    codecs = codecs_of(tmp_path / "a", 3, compressors=ZstdCodec(level=3))
    say = Statements()
    say.type(node, DCAT("Distribution"), LEAP("ZarrStore"))
    say.text(node, DCT("title"), "packed")
    say.text(node, LEAP("storageURI"), "https://example.org/packed.zarr", ANY_URI)
    found = Variable("v", dimensions=("y", "x"), shape=(8, 8), chunks=(4, 4), data_type="float32", codecs=codecs)
    say_variable(node, found, say, BASE)

    def tell(writer: Writer) -> None:
        publish(writer, "zarr", "Zarr stores", say.triples(), 5)

    with running(followed(fill(tmp_path / "home", tell)).path) as server:
        text = server.get("/" + node.value.removeprefix(BASE)).text
    page = html5lib.parse(text, namespaceHTMLElements=False)
    table = next(table for table in page.iter("table") if "variables" in (table.get("class") or "").split())
    rows = ["|".join("".join(cell.itertext()).strip() for cell in row) for row in table.iter("tr")]
    assert rows[0] == "Name|Dimensions|Chunks|Codecs|Type"
    assert rows[-1] == "v|y 8 × x 8|4 × 4|Zstandard (level 3)|float32"
