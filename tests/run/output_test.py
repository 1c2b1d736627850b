"""Any output is survived: much of it, lines without an end, every byte; in bounded memory, with a whole log and valid events."""

import json
import os
import resource
import subprocess
import unittest

import harness

PRINT = """#!/usr/bin/env python3
import os, sys
kind = sys.argv[1]
def put(stream, data):
    while data:
        data = data[os.write(stream, data):]
if kind == "both":
    block = (b"0123456789abcdef" * 7 + b"\\n") * 580
    for _ in range(50 << 20 >> 16):
        put(1, block); put(2, block)
elif kind == "line":
    for _ in range(50 << 4):
        put(1, b"x" * 65536)
elif kind == "bytes":
    for each in range(256):
        put(1, bytes([each]) * 3 + b"\\n")
    put(1, "é€😀".encode()[:-1] + b"\\n")
    put(2, b"\\x1b[2J\\x1b]0;title\\x07\\x1b[31mred\\x1b[0m\\r\\n::error file=x::boo\\n##[group]x\\nno end")
    sys.exit(int(sys.argv[2]))
"""


class Output(harness.Case):
    def ran(self, *words, status=0, name="t"):
        """The tree of a run, with the peak of the driver's memory in MiB."""
        tree = self.tree(name=name)
        tree.write("print", PRINT, 0o755)
        tree.declare(f"add_pipeline(app)\npipeline_step(app one COMMAND ./print {' '.join(words)} INPUTS print)\n").configure()
        meter = ("import json, resource, subprocess, sys\n"
                 "done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=open(sys.argv[1], 'wb'), stderr=subprocess.STDOUT)\n"
                 "print(json.dumps([done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]))\n")
        measured = tree.call(["python3", "-c", meter, tree.root / "out.txt", tree.launcher, "run", "app/one"])
        code, self.peak = json.loads(measured.stdout)
        self.assertEqual(code, status)
        events = tree.build / ".cicd/runs" / tree.result()["id"] / "events.ndjson"
        self.assert_json_lines(events)
        self.shown = (tree.root / "out.txt").read_bytes()
        return tree

    def ran_in_bounds(self, word):
        """The tree of a run that prints at least 50 MiB, for which the driver takes little more memory than for a run of a few lines."""
        self.ran("bytes", "0", name="few")
        few = self.peak
        tree = self.ran(word)
        self.assertLess(self.peak - few, 40)
        return tree

    def test_fifty_mebibytes_on_both_streams(self):
        tree = self.ran_in_bounds("both")
        lines = tree.log("app/one").splitlines()
        self.assertEqual(len(lines), 2 * 580 * 800)
        self.assertEqual(set(lines), {b"| " + b"0123456789abcdef" * 7, b"! " + b"0123456789abcdef" * 7})

    def test_one_line_of_fifty_mebibytes(self):
        tree = self.ran_in_bounds("line")
        log = tree.log("app/one")
        self.assertEqual(log.count(b"x"), 50 << 20)
        self.assertEqual(set(log), set(b"| x\n"))

    def check_bytes(self, status):
        tree = self.ran("bytes", str(status), status=status)
        log = tree.log("app/one")
        for each in range(256):
            if each != 10:
                self.assertIn(b"| " + bytes([each]) * 3 + b"\n", log)
        self.assertIn(b"! \x1b[2J", log)
        self.assertIn(b"! no end\n", log)
        told = self.shown.decode("utf-8")
        self.assertEqual([each for each in told if each not in "\t\n" and not each.isprintable()], [])
        for line in told.splitlines():
            self.assertFalse(line.lstrip().startswith(("::", "##[")), line)
        shown = tree.cicd("logs", "app.one")
        self.assertNotIn("\x1b", shown.stdout)

    def test_every_byte_of_a_good_step(self):
        self.check_bytes(0)

    def test_every_byte_of_a_failing_step(self):
        self.check_bytes(1)

    def test_a_closed_standard_output_is_survived(self):
        tree = self.tree("add_pipeline(app)\npipeline_step(app one SHELL \"seq 1000; echo made > out.txt\" INPUTS CMakeLists.txt OUTPUTS out.txt)\n")
        read, write = os.pipe()
        os.close(read)
        process = subprocess.Popen([tree.launcher, "run", "app/one"], env=tree.env, stdin=subprocess.DEVNULL, stdout=write, stderr=write)
        os.close(write)
        self.assertEqual(process.wait(20), 0)
        self.assertEqual(tree.outcomes(), {"app/one": "ran"})

    def test_a_full_disk_under_the_output_is_survived(self):
        tree = self.tree("add_pipeline(app)\npipeline_step(app one SHELL \"seq 1000; echo made > out.txt\" INPUTS CMakeLists.txt OUTPUTS out.txt)\n")
        with open("/dev/full", "wb") as full:
            process = subprocess.Popen([tree.launcher, "run", "app/one"], env=tree.env, stdin=subprocess.DEVNULL, stdout=full, stderr=full)
        self.assertEqual(process.wait(20), 0)
        self.assertEqual(len(tree.log("app/one").splitlines()), 1000)

    def test_files_that_cannot_grow_are_no_success_and_nothing_of_them_is_kept(self):
        tree = self.tree("add_pipeline(app)\npipeline_step(app one SHELL \"head -c 300000 /dev/zero > out.txt\" INPUTS CMakeLists.txt OUTPUTS out.txt)\n")
        tree.run("app/one")
        other = harness.Tree(self.folder / "t", build="other", home=tree.home)
        other.configure()
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        done = other.run("app/one", status=None, preexec_fn=limit)
        self.assertNotEqual(done.returncode, 0)
        other.run("app/one")
        self.assertEqual((other.work("app/one") / "out.txt").stat().st_size, 300_000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
