"""The command as it is, but that a signal comes after so many writes to the cluster.

`python -c INTERRUPTED WRITES SIGNAL WORD…`, where the words are those of the command.
"""

INTERRUPTED = """
import itertools, os, signal, sys
from leap_kg.cli.app import app
from leap_kg.hub.cluster.api import Cluster

last, number = int(sys.argv.pop(1)), signal.Signals[sys.argv.pop(1)]
numbers, real = itertools.count(1), Cluster.apply

def apply(cluster, manifest, **more):
    made = real(cluster, manifest, **more)
    if not more.get("dry") and next(numbers) == last:
        os.kill(os.getpid(), number)
    return made

Cluster.apply = apply
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs in the background is born deaf to it
app()
"""
