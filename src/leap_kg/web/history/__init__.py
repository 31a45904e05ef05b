"""The past as people and programs see it: moments in addresses, Memento, lists of changes, Atom, LDES, and watching."""
