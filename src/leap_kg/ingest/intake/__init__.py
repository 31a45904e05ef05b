"""Source `intake`: the data sources of intake's YAML catalogues, of both generations, nested ones followed.

Here belongs what reads such a catalogue and what makes datasets of its entries. intake itself is never imported:
its drivers run code that a catalogue names, and its templates may run any code.
"""
