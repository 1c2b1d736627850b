"""A loop in the background and its pages: what the suites of `cicd reconcile --watch` have in common."""

import json
import re
import signal
import time
import urllib.error
import urllib.request

import fleet
import harness

SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)$')


class WatchCase(fleet.FleetCase):
    def watched(self, tree, *words):
        """A loop in the background, and where it serves its pages."""
        process = tree.start(tree.launcher, "reconcile", "--watch", "--listen", "127.0.0.1:0", *words)
        self.addCleanup(process.kill)
        said = tree.root / "out.txt"
        where = harness.until(lambda: re.search(r"/metrics at (http://\S+)", said.read_text()), what="the address")[1]
        return process, where

    def watched_in(self, option, *words):
        """A loop whose deploy to prod is in a program of `option`, which goes on once there is the file `go`."""
        tree = self.made(prod=f"{option} ./wait.sh")
        tree.write("wait.sh", f"#!/bin/sh\ntouch {self.folder}/waits\nwhile [ ! -e {self.folder}/go ]; do sleep 0.1; done\n", mode=0o755)
        self.next(tree, "with a program")
        tree.configure()
        tree.tag("v1.0.0")
        process, where = self.watched(tree, *words)
        harness.until(lambda: (self.folder / "waits").exists(), 60)
        return tree, process, where

    def page(self, where, path):
        try:
            with urllib.request.urlopen(where + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def metrics(self, where):
        """Each sample; the form is that of Prometheus' text, version 0.0.4."""
        told, samples = {}, {}
        text = self.page(where, "/metrics")[1]
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# "):
                _, what, name, rest = line.split(" ", 3)
                self.assertTrue(rest)
                self.assertNotIn(what, told.setdefault(name, {}))
                told[name][what] = rest
                continue
            found = SAMPLE.match(line)
            self.assertTrue(found, line)
            self.assertEqual(set(told[found[1]]), {"HELP", "TYPE"})
            self.assertEqual(list(told)[-1], found[1], "the samples of a metric stand together")
            self.assertEqual(told[found[1]]["TYPE"], "counter" if found[1].endswith("_total") else "gauge")
            key = found[1] + ("{" + found[2] + "}" if found[2] else "")
            self.assertNotIn(key, samples)
            samples[key] = float(found[3])
        return samples

    def passes(self, where):
        return sum(value for name, value in self.metrics(where).items() if name.startswith("cicd_reconcile_passes_total"))

    def is_there(self, environment, tag=None):
        def has():
            try:
                return self.runs(environment)["tag"] == tag if tag else bool(self.runs(environment))
            except (json.JSONDecodeError, KeyError):
                return False
        return has

    def end(self, process, status=0, within=1.0, by=signal.SIGTERM):
        before = time.monotonic()
        process.send_signal(by)
        self.assertEqual(process.wait(60), status, (self.trees[0].root / "out.txt").read_text())
        self.assertLess(time.monotonic() - before, within)
