"""Settings that hold for all tests."""

from hypothesis import settings

# Machines are slow and noisy at times; how long one example takes says nothing about the code. Each run looks at other
# examples, so many runs of thirty find what one of a hundred does.
settings.register_profile("leap-kg", deadline=None, max_examples=30)
settings.load_profile("leap-kg")
