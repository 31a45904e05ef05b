"""Links between papers, code, data and environments: mined from files, with evidence, confidence and verdicts.

What belongs here: reading files for signals (`code`, `prose`), joining signals to the nodes of the graph, weighing
independent witnesses, and publishing the result as link assertions. Nothing of a mined file is ever run.
"""
