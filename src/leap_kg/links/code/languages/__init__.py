"""Signals in R, Julia and shell: code parsed by tree-sitter, and followed as that of Python is. Nothing is run.

What belongs here, in the order in which a file goes through: `files`, `documents`, `makefile` and `cells` give texts of
one language, `grammar` the tree; `r`, `julia` (`juliasyntax`) and `bash` say it as statements of Python's `ast`
(`translation`, `nodes`); `following` follows these with the names, branches, loops and functions of the package above;
`rlibrary` (`rstores`), `jlibrary`, `shlibrary` (`vectors`, `foreign`) know what functions of each language do, `known`
which of them read and write data; `text` reads comments, `artifacts` what packages of Julia download. `program` puts
them together.
"""
