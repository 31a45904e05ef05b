"""A search index of any size whose words are as unevenly spread as those of a language, and what people ask of it."""

import random
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from bench.graph import BASE, SOURCE
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.canonical import batches
from leap_kg.graph.publication.sorting import Sorter
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, RDF, SCHEMA, SKOS, Namespace

_GRAPH = source_graph(BASE, SOURCE)
_SYLLABLES = [
    f"{consonant}{vowel}" for consonant in "bcdfghklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "er")
]
_VOCABULARY = 40_000
_TITLE, _TEXT, _KEYWORDS = 7, 40, 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Of a hundred nodes so many are of a kind, much as in a graph that holds a catalogue of climate models.
_KINDS = (
    *[("store", Namespace(BASE + ONTOLOGY_PATH)("ZarrStore"))] * 45,
    *[("software", SCHEMA("SoftwareApplication"))] * 15,
    *[("dataset", DCAT("Dataset"))] * 15,
    *[("concept", SKOS("Concept"))] * 15,
    *[("person", FOAF("Person"))] * 5,
    *[("paper", SCHEMA("ScholarlyArticle"))] * 5,
)


class Language:
    """Words of which the n-th is n times as rare as the first; the same seed gives the same ones."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same words each time, not secrets
        words: dict[str, None] = {}
        while len(words) < _VOCABULARY:
            words["".join(self.random.choices(_SYLLABLES, k=self.random.choice((2, 3, 3, 4, 5))))] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / place for place in range(1, _VOCABULARY + 1)))

    def some(self, number: int) -> list[str]:
        """Words as a text has them: frequent ones often."""
        return self.random.choices(self.words, cum_weights=self._weights, k=number)


def quads(nodes: int, language: Language) -> Iterator[Quad]:
    """So many nodes with names, texts and keywords."""
    for place in range(nodes):
        name, kind = _KINDS[place % len(_KINDS)]
        node = mint(BASE, name, "bench", f"n{place}")
        yield Quad(node, RDF("type"), kind, _GRAPH)
        yield Quad(node, DCT("title"), Literal(" ".join([*language.some(_TITLE), str(place)])), _GRAPH)
        yield Quad(node, DCT("description"), Literal(" ".join(language.some(_TEXT))), _GRAPH)
        yield Quad(node, DCT("license"), NamedNode(f"https://spdx.org/licenses/L{place % 9}"), _GRAPH)
        for keyword in set(language.some(_KEYWORDS)):
            yield Quad(node, DCAT("keyword"), Literal(keyword), _GRAPH)


def fill(index: Path, nodes: int) -> Language:
    """Make the index; returns the language of its texts."""
    language = Language()
    with Sorter(index.parent) as sorter, SearchWriter(index, BASE) as writer:
        for batch in batches(quads(nodes, language), _GRAPH):
            sorter.add(batch)
        writer.fill(sorter.batches, 1)
    return language


def questions(language: Language, number: int) -> dict[str, list[str]]:
    """Texts by what they are: words of the most frequent kind come as often as people meet them."""
    asked = Language(2)
    asked.words = language.words
    long = (word for word in iter(lambda: asked.some(1)[0], "") if len(word) >= 6)
    return {
        "one word": asked.some(number),
        "two words": [" ".join(asked.some(2)) for _ in range(number)],
        "beginnings of words": [word[: asked.random.choice((2, 3, 4))] for word in asked.some(number)],
        "words with a typing error": [_mistyped(word, asked.random) for word in islice(long, number)],
    }


def _mistyped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    return chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + chance.choice(_LETTERS) + word[place:],
            word[:place] + chance.choice(_LETTERS) + word[place + 1 :],
        )
    )
