#!/usr/bin/env python3
"""Each option's `Not:` line as a value in C++ must not compile, and its `Example:` must: all of them in one file each, by each compiler
that is named.

  tests/compile-error/generated.py <compiler>…

What cannot be refused by a type stands in EXCEPT: a text that a rule of its option judges when CMake configures, and what is wrong only
beside other options."""
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "include/cicd/declare"
HEADERS = ("steps.hpp", "artifacts.hpp", "workloads.hpp", "environments.hpp", "pipeline.hpp")
NUMBERS = {"port_number", "retry_count", "shard_count", "user_id"}
# How a word of two parts is taken apart: the members, and what is between them.
PARTS = {"assignment": (("name", "value"), "="), "label": (("key", "value"), "="), "annotation": (("key", "value"), "="),
         "file_mapping": (("from", "to"), "="), "named_port": (("name", "port"), "="), "mount": (("source", "path"), "="),
         "cicd::patience": (("cause", "length"), "=")}
# Refused when CMake configures, and not by a type: a text is judged by its option; a name by what there is; a value by others.
EXCEPT = {
    "step.depends", "step.git_where", "step.database", "backing_service.image", "backing_service.url", "backing_service.ready", "secret.file", "secret.aws", "image.base", "environment.write", "environment.author",
    "environment.pull_request_url", "pipeline.base", "pipeline.fail_on", "service.disruptions", "service.allow_from", "preview.sweep",
    "pipeline.base_template", "pipeline.scan", "preview.host", "setting.allowed", "setting.default_value", "setting.value", "notifier.slack", "notifier.webhook", "notifier.url", "notifier.when",
    "ci_export.systems", "ci_export.runner", "ci_export.image"}


def options():
    """Struct, field, type, example and counter-example of each option."""
    for header in HEADERS:
        text = re.sub(r"^#include <cicd/declare/(options/[a-z_]+\.inc)>$", lambda found: (FOLDER / found[1]).read_text(), (FOLDER / header).read_text(), flags=re.M)
        for struct, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
            for words, kind, field in re.findall(r"((?:^  ///.*\n)+)^  ([a-z][\w:<>]*) (\w+)(?:\{\}| = [^;]+)?;", body, re.M):
                example, wrong = re.search(r"/// Example: (.*)", words), re.search(r"/// Not: (.*)", words)
                if example and wrong:
                    yield struct, field, kind, example[1], wrong[1]


class NotWritten(Exception):
    """A value that has no like in C++, such as one of two parts of which one is missing."""


def literal(kind, word):
    """The C++ for one word."""
    if kind in NUMBERS:
        return word if re.fullmatch(r"-?\d+", word) else quoted(word)
    if kind in PARTS:
        (first, second), between = PARTS[kind]
        one, found, other = word.partition(between)
        if not found:
            raise NotWritten
        return f"{{.{first} = {quoted(one)}, .{second} = {literal('port_number', other) if second == 'port' else quoted(other)}}}"
    return quoted(word)


def quoted(word):
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value(kind, words):
    """The C++ for a field of that type with these words."""
    inner = re.fullmatch(r"std::vector<(.+)>", kind)
    if inner and inner[1] in ("time_window", "secret_reference"):
        raise NotWritten
    if inner and inner[1] == "secret_use":
        return "{" + ", ".join("{.secret = %s, .variable = %s}" % (quoted(secret), quoted(name)) if name else "{.secret = %s}" % quoted(secret)
                               for name, _, secret in (word.rpartition("=") for word in words)) + "}"
    if inner and inner[1] == "cached_folder":
        return "{" + ", ".join("{.folder = %s, .variable = %s}" % (quoted(folder), quoted(name)) if name else "{.folder = %s}" % quoted(folder)
                               for name, _, folder in (word.rpartition("=") for word in words)) + "}"
    if inner and inner[1] == "environment_choice":
        return "{" + ", ".join("{.any = {%s}}" % ", ".join(map(quoted, word.split("|"))) for word in words) + "}"
    if inner:
        return "{" + ", ".join(literal(inner[1], word) for word in words) + "}"
    if kind == "step_function":
        raise NotWritten  # a function is no text: step_capture.cpp
    if kind == "bool":
        return quoted(words[0]) if words else "true"
    if kind in ENUMS or kind == "deploy_way" or kind == "trigger":
        if kind == "trigger" and len(words) == 2:
            return f"{{.kind = ref_kind::{words[0]}, .pattern = {quoted(words[1])}}}"
        if kind != "trigger" and re.fullmatch(r"[a-z_]+", words[0]):
            return f"{kind}::{words[0]}"
        raise NotWritten
    return literal(kind, words[0])


ENUMS = set(re.findall(r"^enum class (\w+)", "".join(path.read_text() for path in [*FOLDER.glob("*.hpp"), *(FOLDER / "values").glob("*.hpp")]), re.M))


def cases(which):
    """The lines of a file, and what stands in each."""
    lines, names = ["#include <cicd/pipeline.hpp>", "using namespace cicd;"], {}
    for struct, field, kind, *both in options():
        if which == 1 and f"{struct}.{field}" in EXCEPT:
            continue
        words = shlex.split(both[which])
        try:
            keyword = field.upper()  # an option that stands beside another has that one in its example
            given = words[words.index(keyword) + 1:] if keyword in words else words[1:]
            given = given[:given.index("VALUE")] if field == "in" and "VALUE" in given else given
            text = value(kind, words if field == "name" else given)
        except NotWritten:
            continue
        name = '.name = "x", ' if field != "name" and struct not in ("preview", "canary", "release", "pipelines", "notifier", "ci_export") else ""
        lines.append(f"void case_{len(lines)}() {{ (void){struct}{{{name}.{field} = {text}}}; }}")
        names[len(lines)] = f"{struct}.{field} {both[which]}"
    return "\n".join(lines) + "\n", names


def compiled(compiler, text):
    """Whether it compiles, and the lines of it that the compiler has something against."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cases.cpp").write_text(text)
        limit = "-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0"
        done = subprocess.run([compiler, "-std=c++20", "-Werror=narrowing", "-fsyntax-only", limit, "-I", str(ROOT / "include"), "cases.cpp"], cwd=folder, capture_output=True,
                              text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return done.returncode == 0, {int(line) for line in re.findall(r"^cases\.cpp:(\d+):\d+:(?! warning)", done.stderr, re.M)}, done.stderr


def main(compilers):
    failures = []
    for compiler in compilers:
        text, names = cases(0)
        right, lines, said = compiled(compiler, text)
        if not right:
            failures += [f"{compiler}: an example does not compile: {names.get(line, line)}" for line in sorted(lines)] or [said]
        text, names = cases(1)
        _, lines, _ = compiled(compiler, text)
        failures += [f"{compiler}: compiles: {name}" for line, name in names.items() if line not in lines]
        print(f"compile-error: {compiler}: {len(names)} options")
        if len(names) < 175:
            failures.append(f"only {len(names)} options have a case")
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
