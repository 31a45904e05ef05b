"""The addresses of datasets in the words of other catalogues: twins, the feed of all of them, and how FAIR each is."""
