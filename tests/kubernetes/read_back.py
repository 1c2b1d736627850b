#!/usr/bin/env python3
"""Compares what YAML readers make of our YAML with the JSON that it was written from.

usage: read_back.py corpus | compare <folder> <corpus> | objects <folder> | kubectl <read> <json>…
"""
import glob
import json
import random
import sys

import yaml


def texts():
    words = """no No NO on off yes y n Y N true false True TRUE null Null ~ 1 01 0 -0 1e3 1E3 1.5 .5 5. 0x1F 0o7 017 0b1 1_000 +1 -1 .inf -.inf .nan .NaN
        2026-11-21 2026-11-21T03:18:00Z 12:30 12:30:45 190:20:30 = << - -- --- ... ? : # & * ! | > % @ ` [ ] { } , a: :a a:b a#b #a &a *a !a |a >a %a
        @a `a [a] {a} a,b 'a' "a" a'b a"b \\ \\n {{ }} ${X} $(X) %s 25% 1Gi 500m 1.2.3 v1.2.3 sha256:abc a/b /a ./a ../a ~a a~""".split()
    odd = ["", " ", "  a", "a  ", "a b", "a: b", "a #b", "- a", "? a", "a\nb", "a\n", "\na", "a\n\n b", "\t", "a\tb", "a\r\nb", "\r", "\x00", "\x07", "\x1b[31m",
           "\x7f", "\x80", "\x85", "\xa0", "\u2028", "\u2029", "\u202e", "\ufeff", "\ufffd", "\ud7ff", "\ue000", "\U0001f600", "\U0010fffd", "日本", "é",
           "x" * 5000, "a " * 500, "key: |\n  text", "!!python/object:os.system", "*alias", "\"", "'", "\\", "\\x41", "\\u0041", "#", "a\\", "a:", ":"]
    return words + odd


def corpus():
    chance = random.Random(20261121)
    alphabet = list("abcXYZ019 -_.:#'\"\\\n\t,[]{}&*!|>%@`~=<?") + ["\x01", "\x85", "é", "日", "\u2028", "\U0001f600"]
    values = texts() + ["".join(chance.choice(alphabet) for _ in range(chance.randint(1, 12))) for _ in range(3000)]
    for value in values:
        yield value
    for _ in range(300):
        yield nested(chance, values, 4)
    yield from (1, -1, 0, 2**53, 1.5, -0.25, 1e20, 1e-7, 1e300, True, False, None, [], {}, [[]], [{}], {"a": [[1, [2]], {}]})
    yield {value: value for value in texts() if len(value) < 100}


def nested(chance, values, depth):
    kind = chance.randint(0, 3 if depth else 0)
    if kind == 0:
        return chance.choice([chance.choice(values), chance.randint(-9, 9), True, None, 1.5])
    if kind == 1:
        return [nested(chance, values, depth - 1) for _ in range(chance.randint(0, 3))]
    return {chance.choice(values)[:100]: nested(chance, values, depth - 1) for _ in range(chance.randint(0, 3))}


def same(read, wanted, where):
    if read != wanted or repr(read) != repr(wanted):
        sys.exit(f"{where}: {read!r} was read, {wanted!r} was written")


def compare(folder, lines):
    with open(lines, encoding="utf-8") as file:
        wanted = [json.loads(line) for line in file]
    for number, value in enumerate(wanted):
        with open(f"{folder}/{number}.yaml", encoding="utf-8", newline="") as file:
            same(yaml.safe_load(file), value, f"document {number}")
    print(f"read back by PyYAML: {len(wanted)} documents")


def objects(folder):
    for name in glob.glob(folder + "/*.yaml"):
        with open(name, encoding="utf-8") as written, open(name + ".json", encoding="utf-8") as meant:
            same(yaml.safe_load(written), json.load(meant), name)


def kubectl(read, meant):
    """`read` holds what kubectl made of each, one document after the other in the order of `meant`."""
    with open(read, encoding="utf-8") as file:
        rest = file.read().lstrip()
    for name in meant:
        with open(name, encoding="utf-8") as file:
            wanted = json.load(file)
        found, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:].lstrip()
        if found["metadata"]["labels"].pop("read") != "back":
            sys.exit(f"{name}: kubectl did not read it")
        if not contains(found, wanted):
            sys.exit(f"{name}: {found} was read, {wanted} was written")
    if rest:
        sys.exit(f"kubectl read more than was written: {rest[:200]}")
    print(f"read back by kubectl: {len(meant)} objects")


def contains(found, wanted):
    """Whether kubectl kept all of it; it adds empty fields such as `status`."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and contains(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(contains, found, wanted))
    return found == wanted


verb = sys.argv[1]
if verb == "corpus":
    for each in corpus():
        print(json.dumps(each))
elif verb == "compare":
    compare(sys.argv[2], sys.argv[3])
elif verb == "objects":
    objects(sys.argv[2])
else:
    kubectl(sys.argv[2], sys.argv[3:])
