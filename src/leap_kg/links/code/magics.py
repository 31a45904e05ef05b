"""What in a cell is not Python: magics, shell lines, questions. Each is blanked out where it stands, no line moves.

A shell line becomes `...`, so that a loop around it keeps a body; what it said is kept by its line.
"""

import re

_SHELL_CELL = re.compile(r"%%(?:bash|sh|script|!|system|sx)\b")
_PYTHON_CELL = re.compile(
    r"%%(?:time|timeit|capture|prun|memit|mprun|skip|script_python|opts|output|python3?|px|ptime|scalene|memray|mlflow|lprun"
    r"|heat|snakeviz|memory|wandb|debug|autoreload|load_ext|matplotlib)\b"
)
_OTHER_CELL = re.compile(r"\s*%%\w")
_LINE = re.compile(r"^(?P<indent>[ \t]*)(?P<left>[A-Za-z_][\w.,\[\] ]*?\s*=\s*)?(?P<mark>!!?|%)(?P<rest>.*)$")
_TIMED = re.compile(r"(?:time|timeit|prun|memit|lprun|mprun)\b(?:\s+-\w+(?:\s+\d+)?)*\s*")
_PROGRAM = re.compile(r"run\s+(?:-\w\s+)*['\"]?([\w./~-]{1,200}\.(?:py|ipynb))\b")
RUN = "__run__"
"""What `%run file` becomes a call of."""
_SHELL_MAGIC = re.compile(r"(?:sx|system|bash|sh)\s+")
_QUESTION = re.compile(r"^[ \t]*\?{1,2}[\w.*%]+\s*;?$|^[ \t]*[\w.%\[\]\"'*]+\?{1,2}\s*;?$")
_UNMARKED = re.compile(r"^(?:ls|ll|cd|pwd|pip|conda|mamba|mkdir|cp|mv|rm|cat|less|more|man)(?:\s+[^=\s(].*)?$")
_QUOTES = re.compile(r"'''|\"\"\"")


def plain(lines: list[str]) -> tuple[str, dict[int, str]]:
    """The cell as Python, and its shell lines by their number; a line that goes on from the one before it is empty."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or not any(mark in line for line in lines for mark in "%!?"):
        return "\n".join(lines), {}
    kept = list(lines)
    if lines[first].lstrip().startswith("%%"):
        head = lines[first].lstrip()
        if _SHELL_CELL.match(head):
            shell = _continued(lines, first + 1)
            return "\n".join("..." if shell.get(n + 1) else "" for n in range(len(lines))), shell
        if not _PYTHON_CELL.match(head):
            return "\n" * (len(lines) - 1), {}
        kept[first] = ""
        if head.startswith("%%time") and (rest := _TIMED.sub("", head[2:], count=1)) and "=" in rest:
            kept[first] = rest
    return _lines(kept)


def script(lines: list[str]) -> str | None:
    """The script of a cell that goes to a shell as a whole, with an empty line for its head; `None` for other cells."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or not _SHELL_CELL.match(lines[first].lstrip()):
        return None
    return "\n".join("" if number <= first else line for number, line in enumerate(lines))


def unmarked(text: str) -> str:
    """The code without commands that IPython takes for magics though nothing marks them, such as `cd data`."""
    return "\n".join("" if _UNMARKED.match(line) else line for line in text.split("\n"))


def is_foreign(lines: list[str]) -> bool:
    """Whether the cell is in a language that is not read here."""
    head = next((line for line in lines if line.strip()), "")
    return (
        bool(_OTHER_CELL.match(head)) and not _SHELL_CELL.match(head.lstrip()) and not _PYTHON_CELL.match(head.lstrip())
    )


def _lines(lines: list[str]) -> tuple[str, dict[int, str]]:
    shell: dict[int, str] = {}
    kept: list[str] = []
    quoted = ""
    begun = 0
    for number, line in enumerate(lines, start=1):
        if begun:
            shell[begun] += " " + line.rstrip("\\").strip()
            shell[number] = ""
            begun = begun if line.endswith("\\") else 0
            kept.append("")
            continue
        match = None if quoted else _LINE.match(line)
        if match is not None and (match["mark"] != "%" or match["left"] or _is_magic(match["rest"], kept)):
            kept.append(_replaced(match["indent"], match["left"] or "", match["mark"], match["rest"], number, shell))
            begun = number if number in shell and line.endswith("\\") else 0
            continue
        if not quoted and ("?" in line) and _QUESTION.match(line):
            line = ""
        kept.append(line)
        for mark in _QUOTES.findall(line):
            quoted = "" if quoted == mark else quoted or mark
    return "\n".join(kept), shell


def _is_magic(rest: str, before: list[str]) -> bool:
    """Whether `%…` begins a magic: in the middle of an expression it is an operator. What is for the head of a cell is
    no code anywhere else.
    """
    last = next((line for line in reversed(before) if line.strip()), "").rstrip()
    return rest.removeprefix("%")[:1].isalpha() and not last.endswith(("(", ",", "\\", "+", "%", "["))


def _replaced(indent: str, left: str, mark: str, rest: str, number: int, shell: dict[int, str]) -> str:
    if mark == "%":
        if timed := _TIMED.match(rest):
            return f"{indent}{left}{rest[timed.end() :]}"
        if (program := _PROGRAM.match(rest)) is not None:
            return f"{indent}{left}{RUN}({program[1]!r})"
        if (magic := _SHELL_MAGIC.match(rest)) is None:
            return f"{indent}{left}..."
        rest = rest[magic.end() :]
    shell[number] = rest.rstrip("\\").strip()
    return f"{indent}{left}..."


def _continued(lines: list[str], start: int) -> dict[int, str]:
    """The lines of a shell cell, joined where a backslash ends them."""
    shell: dict[int, str] = {}
    at = 0
    for number, line in enumerate(lines[start:], start=start + 1):
        if at:
            shell[at] += " " + line.rstrip("\\").strip()
            shell[number] = ""
        elif line.strip():
            at = number
            shell[at] = line.rstrip("\\").strip()
        if not line.endswith("\\"):
            at = 0
    return shell
