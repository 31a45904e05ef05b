"""The pages: a FastAPI app that reads snapshots and answers in HTML, JSON-LD and other forms of RDF."""
