#!/usr/bin/env python3
"""What the sources and the page of the architecture promise of files and their names. Each check has a twin that shows it can fail."""
import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sources(root):
    return sorted(path for path in (root / "include/cicd").rglob("*") if path.suffix in (".hpp", ".ipp"))


def without_opening(root):
    """Files that do not begin with a sentence that says what they are."""
    return [str(path.relative_to(root)) for path in sources(root) if not path.read_text().startswith("// ")]


def without_guard(root):
    return [str(path.relative_to(root)) for path in sources(root) if "\n#pragma once\n" not in path.read_text()]


def too_long(root):
    """C++ files of more than 500 lines, those of the tests and of the driver among them."""
    wrong = []
    for folder in ("include/cicd", "driver", "tests", "bench"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".hpp", ".ipp", ".cpp", ".inc") or not path.is_file():
                continue
            if (lines := path.read_text().count("\n")) > 500:
                wrong.append(f"{path.relative_to(root)}: {lines} lines")
    return wrong


def is_listed(path):
    """The class of a command or of a way of deploying is known by their list alone, which brings the file."""
    return path.parent.name == "commands" or path.name == "way.ipp"


def without_header(root):
    """Bodies `X.ipp` or `X_<part>.ipp` for which their folder has no `X.hpp`."""
    wrong = []
    for path in sources(root):
        if path.suffix != ".ipp" or is_listed(path):
            continue
        words = path.stem.split("_")
        names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
        if not any((path.parent / f"{name}.hpp").exists() for name in names):
            wrong.append(str(path.relative_to(root)))
    return wrong


def not_compiled(root):
    """Bodies that no other file brings."""
    brought = set()
    for path in sources(root):
        brought.update(re.findall(r"#include <(cicd/[a-z_/]+\.ipp)>", path.read_text()))
    return [str(path.relative_to(root)) for path in sources(root)
            if path.suffix == ".ipp" and str(path.relative_to(root / "include")) not in brought]


def not_brought(root):
    """Lists of bodies, `src.hpp` and `src_<part>.hpp` of a folder, that `cicd/src.hpp` leaves out."""
    brought = set(re.findall(r"#include <(cicd/[a-z_/]+\.hpp)>", (root / "include/cicd/src.hpp").read_text()))
    lists = [str(path.relative_to(root / "include")) for path in sources(root) if re.fullmatch(r"src(_[a-z]+)?\.hpp", path.name)]
    return [name for name in lists if name != "cicd/src.hpp" and name not in brought]


def foreign_namespaces(root):
    """Helpers of a body live in the namespace `<room>_<folder>_<name>`, the path of the file, or that of the header whose part it is; a namespace of a header is none."""
    shared = {name for path in sources(root) if path.suffix == ".hpp"
              for name in re.findall(r"^(?:inline )?namespace (?:[a-z_]+::)*([a-z_]+) \{", path.read_text(), re.M)}
    wrong = []
    for path in sources(root):
        parts = path.relative_to(root / "include/cicd").with_suffix("").parts
        words = "_".join(parts).split("_")
        allowed = {"_".join(words[:count]) for count in range(len(parts), len(words) + 1)} | shared | {"cicd", "detail"}
        for name in re.findall(r"^(?:inline )?namespace ([a-z_]+) \{", path.read_text(), re.M):
            if path.suffix == ".ipp" and name not in allowed:
                wrong.append(f"{path.relative_to(root)}: {name}")
    return wrong


def dead_names(root):
    """Files of ours that a comment names and that are not there."""
    there = {path.name for path in sources(root)} | {path.name for path in (root / "tests").rglob("*.hpp")}
    wrong = []
    for path in sources(root):
        for line in re.findall(r"//.*", path.read_text()):
            wrong += [f"{path.relative_to(root)}: {name}" for name in re.findall(r"\b([a-z_]+\.[hi]pp)\b", line) if name not in there]
    return wrong


def pages(root):
    found = [path for path in root.glob("*.md")] + [path for folder in ("docs", "examples", "bench") for path in (root / folder).rglob("*.md")]
    return sorted(found)


# What hands a secret over, masks it, looks for it or tells a CI system to mask it. Nothing else needs its bytes.
REVEALING = {"base/secret_value.hpp", "base/secret_forms.ipp", "deliver/health_argocd.ipp", "run/secret_folder.ipp", "run/secret_runner.ipp", "run/process_runner.ipp",
             "run/backing_runner.ipp", "deliver/gitops/deploy_secrets.ipp", "deliver/gitops/forge.ipp", "deliver/upstream.ipp", "image/signature/cosign.ipp", "deliver/notify/courier.ipp", "deliver/notify/slack.ipp"}


def revealing(root):
    """Files that take the bytes of a secret and are none of those."""
    files = {str(path.relative_to(root / "include/cicd")) for path in sources(root) if "revealed()" in path.read_text()}
    return sorted(files - REVEALING)


def dead_paths(root):
    """Paths of this repository, and of rooms and files in them, that a page names in code or as a link and that are not there."""
    rooms = root / "include/cicd"
    known = {path.name for path in root.iterdir() if path.is_dir()} | {path.name for path in rooms.iterdir() if path.is_dir()} | {"cicd"}
    ours = {path.name for folder in ("include", "tests", "cmake") for path in (root / folder).rglob("*")}

    def is_there(name):
        if "/" not in name:
            return name in ours
        places = [root / name, rooms / name, root / "include" / name]
        return any(place.exists() or place.with_name(place.name + end).exists() for place in places for end in (".hpp", ".ipp"))

    wrong = []
    for page in pages(root):
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
        names = [name for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", text)
                 if (name.split("/")[0] in known if "/" in name else re.fullmatch(r"[a-z_]{2,}\.(hpp|ipp|inc|tsv)|[a-z]+-[a-z-]+\.patch", name))]
        wrong += [f"{page.relative_to(root)}: {name}" for name in names if not is_there(name)]
        wrong += [f"{page.relative_to(root)}: {link}" for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if not (page.parent / link).exists()]
    return wrong


def unlisted_contracts(root):
    """Contracts that the page of the architecture does not link."""
    page = (root / "docs/architecture.md").read_text()
    return [path.name for path in sorted((root / "docs/contracts").glob("*.md")) if f"(contracts/{path.name})" not in page]


def untried_versions(root):
    """Where a version of Kubernetes is said that is supported, and the test cluster's programs are of another."""
    said = [("include/cicd/kubernetes/render/workload.hpp", r"oldest_minor = (\d+)", "kube-oldest"),
            ("include/cicd/driver/commands/doctor.ipp", r"newest_minor = (\d+)", "kube"),
            ("docs/kubernetes.md", r"\nKubernetes 1\.(\d+) to 1\.\d+\.", "kube-oldest"),
            ("docs/kubernetes.md", r"\nKubernetes 1\.\d+ to 1\.(\d+)\.", "kube")]
    wrong = []
    for name, pattern, program in said:
        module = (root / f"tests/cluster/{program}/go.mod").read_text()
        tried = re.search(r"\tk8s\.io/kubernetes v1\.(\d+)\.", module).group(1)
        found = re.search(pattern, (root / name).read_text())
        if not found or found.group(1) != tried:
            wrong.append(f"{name}: {program} is 1.{tried}")
    return wrong


class House(unittest.TestCase):
    def tree(self, files):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        folder = Path(holder.name)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    def check(self, rule, good, bad):
        """The sources keep the rule; a tree that keeps it is taken, and one that does not is named."""
        self.assertEqual(rule(ROOT), [])
        self.assertEqual(rule(self.tree(good)), [])
        self.assertNotEqual(rule(self.tree(bad)), [])

    def test_a_file_begins_with_what_it_is(self):
        self.check(without_opening, {"include/cicd/base/text.hpp": "// Text.\n"}, {"include/cicd/base/text.hpp": "#pragma once\n"})

    def test_a_file_is_taken_once(self):
        self.check(without_guard, {"include/cicd/base/text.ipp": "// Text.\n#pragma once\n"}, {"include/cicd/base/text.ipp": "// Text.\n"})

    def test_a_file_has_500_lines_at_most(self):
        for name in ("include/cicd/base/text.ipp", "tests/unit/base/text_test.cpp"):
            self.check(too_long, {name: "\n" * 500}, {name: "\n" * 501})

    def test_a_body_is_named_like_its_header(self):
        header = {"include/cicd/base/text.hpp": ""}
        self.check(without_header, {**header, "include/cicd/base/text_width.ipp": ""}, {**header, "include/cicd/base/width.ipp": ""})

    def test_a_body_is_compiled(self):
        body = {"include/cicd/base/text.ipp": ""}
        self.check(not_compiled, {**body, "include/cicd/base/src.hpp": "#include <cicd/base/text.ipp>\n"}, body)

    def test_the_list_of_all_bodies_has_those_of_each_folder(self):
        part = {"include/cicd/base/src_text.hpp": ""}
        self.check(not_brought, {**part, "include/cicd/src.hpp": "#include <cicd/base/src_text.hpp>\n"},
                   {**part, "include/cicd/src.hpp": "#include <cicd/base/src.hpp>\n"})

    def test_helpers_live_in_a_namespace_named_after_their_file(self):
        self.check(foreign_namespaces, {"include/cicd/base/text.ipp": "namespace base_text {\n"}, {"include/cicd/base/text.ipp": "namespace helpers {\n"})

    def test_a_comment_names_files_that_are_there(self):
        self.check(dead_names, {"include/cicd/base/text.hpp": "// See text.hpp.\n"}, {"include/cicd/base/text.hpp": "// See width.hpp.\n"})

    def test_pages_name_paths_that_are_there(self):
        room = {"include/cicd/base/text.hpp": "", "tests/lint/phrases.tsv": "", "cmake/cicd.cmake": ""}
        good = "`base/`, `base/text`, `text.hpp`, `tests/lint`, `orders/build`, [text](../include/cicd/base/text.hpp#L1)\n"
        for bad in ("`base/width`", "`width.hpp`", "`tests/width`", "[width](width.md)"):
            self.check(dead_paths, {**room, "docs/architecture.md": good}, {**room, "docs/architecture.md": bad})
            self.check(dead_paths, {**room, "CONTRIBUTING.md": good.replace("../", "")}, {**room, "CONTRIBUTING.md": bad})

    def test_the_page_of_the_architecture_links_every_contract(self):
        contract = {"docs/contracts/plan.md": ""}
        self.check(unlisted_contracts, {**contract, "docs/architecture.md": "[plan](contracts/plan.md)"}, {**contract, "docs/architecture.md": "plan"})

    def test_a_secret_is_revealed_only_where_it_is_handed_over_or_masked(self):
        text = "// Text.\nsecret.revealed()\n"
        self.check(revealing, {"include/cicd/run/secret_runner.ipp": text}, {"include/cicd/run/event.ipp": text})

    def test_the_oldest_and_the_newest_kubernetes_are_those_of_the_test_cluster(self):
        tree = {"include/cicd/kubernetes/render/workload.hpp": "oldest_minor = 29;", "include/cicd/driver/commands/doctor.ipp": "newest_minor = 34;",
                "docs/kubernetes.md": "\nKubernetes 1.29 to 1.34. More.\n", "tests/cluster/kube/go.mod": "\tk8s.io/kubernetes v1.34.4\n",
                "tests/cluster/kube-oldest/go.mod": "\tk8s.io/kubernetes v1.29.15\n"}
        for name, text in (("docs/kubernetes.md", "\nKubernetes 1.28 to 1.34.\n"), ("tests/cluster/kube/go.mod", "\tk8s.io/kubernetes v1.35.0\n"),
                           ("include/cicd/kubernetes/render/workload.hpp", "oldest_minor = 30;")):
            self.check(untried_versions, tree, {**tree, name: text})


if __name__ == "__main__":
    unittest.main()
