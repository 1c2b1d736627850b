"""The texts of this project that people read: pages, help, errors. Comments of the sources are not among them."""
import functools
import re

PAGES = ("README.md", "CONTRIBUTING.md", "bench/README.md")
LITERAL = re.compile(r'R"([^()\s]*)\((.*?)\)\1"|//[^\n]*|\'(?:\\[^\']+|[^\'\\\n])\'|"((?:\\.|[^"\\\n])*)"', re.S)


def literals(source):
    """What stands in the string literals of a C++ source; neighbours that the compiler joins are joined. An #include has none."""
    source = re.sub(r"^\s*#\s*include.*", "", source, flags=re.M)
    source = re.sub(r'(?<!\\)"[ \t]*\n[ \t]*"', "", source)
    return [match[2] if match[2] is not None else match[3] for match in LITERAL.finditer(source) if match[2] is not None or match[3] is not None]


def without_comments(script):
    return re.sub(r"(^|\s)# .*|^#.*", "", script, flags=re.M)


@functools.cache
def texts(root):
    """(path, text) of all that is read by people."""
    return list(read(root))


def read(root):
    pages = [root / name for name in PAGES if (root / name).exists()]
    for folder in ("docs", "examples"):
        pages += sorted((root / folder).rglob("*.md"))
    for path in pages:
        yield path, re.sub(r"\s+", " ", path.read_text())
    for folder, ends in (("cmake", (".cmake",)), ("include", (".hpp", ".ipp", ".inc")), ("driver", (".cpp",)), ("templates", (".json",))):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in ends:
                yield path, without_comments(path.read_text()) if path.suffix == ".cmake" else "\n".join(literals(path.read_text()))
    if (root / "setup").exists():
        yield root / "setup", without_comments((root / "setup").read_text())


def found(root, pattern):
    """`path: the words around it`, for each place of a phrase, a regular expression without regard to case."""
    places = []
    for path, text in texts(root):
        for match in re.finditer(pattern, text, re.I):
            around = text[max(0, match.start() - 40):match.end() + 40].replace("\n", " ")
            places.append(f"{path.relative_to(root)}: …{around}…")
    return places


def listed(table):
    """(phrase, what to write instead, how many may stand) of each row."""
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return [(row[0], row[1], int(row[2]) if len(row) > 2 else 0) for row in rows]
