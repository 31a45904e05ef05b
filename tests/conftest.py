"""Settings that hold for all tests."""

from hypothesis import settings

# Machines are slow and noisy at times; how long one example takes says nothing about the code.
settings.register_profile("leap-kg", deadline=None)
settings.load_profile("leap-kg")
