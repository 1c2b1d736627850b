"""On a terminal: one live line for each running step, finished steps above, nothing wider than the window; Ctrl-C typed on it."""

import os
import re
import signal
import time
import unittest

import harness

CALLS = """
add_pipeline(app)
pipeline_step(app first SHELL "seq 100; sleep 0.5" INPUTS CMakeLists.txt DESCRIPTION "a step")
pipeline_step(app a-step-with-a-rather-long-name-for-its-window SHELL "echo hidden; sleep 0.5" INPUTS CMakeLists.txt AFTER first)
"""


class Terminal(harness.Case):
    def on_terminal(self, tree, *words, columns=60, env=None, typed=None, seconds=30):
        """What is drawn, and how it ended."""
        return harness.on_terminal(words, {**tree.env, "TERM": "xterm", **(env or {})}, tree.source, columns, typed, seconds)

    def screen(self, drawn):
        """The lines of a terminal of any height after all that was drawn."""
        lines, row, column = [""], 0, 0
        for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\n|\r|[^\x1b\n\r]+", drawn):
            if part == "\n":
                row, column = row + 1, column
                while len(lines) <= row:
                    lines.append("")
            elif part == "\r":
                column = 0
            elif part.startswith("\x1b["):
                number, kind = part[2:-1], part[-1]
                if kind == "A":
                    row -= int(number or 1)
                elif kind == "B":
                    row += int(number or 1)
                elif kind == "G":
                    column = int(number or 1) - 1
                elif kind == "K":
                    lines[row] = lines[row][:column] if number in ("", "0") else ""
                elif kind == "J":
                    lines[row] = lines[row][:column]
                    del lines[row + 1:]
                elif kind not in "mhl":
                    raise AssertionError(f"an unknown sequence: {part!r}")
            else:
                lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part):]
                column += len(part)
        return [line.rstrip() for line in lines]

    def test_live_lines(self):
        tree = self.tree(CALLS)
        drawn, status = self.on_terminal(tree, tree.launcher, "run", "app/a-step-with-a-rather-long-name-for-its-window")
        self.assertEqual(status, 0, drawn)
        self.assertIn("\x1b[", drawn)
        self.assertNotIn("hidden", drawn)
        lines = self.screen(drawn)
        self.assertRegex("\n".join(lines), r"✓ app/first")
        # What the terminal may wrap is the block at the end only; a live line that wrapped could not be drawn over.
        live = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.rsplit("✓", 1)[0])
        self.assertIn("app/a-step", live)
        for line in re.split(r"\n|\r", live):
            self.assertLess(len(line), 60, line)
        # The time of a running step goes on.
        self.assertGreaterEqual(len(set(re.findall(r"0\.[0-9] s|[0-9]+ ms", drawn))), 3, drawn)
        again, status = self.on_terminal(tree, tree.launcher, "run", "app/first")
        self.assertEqual((status, len(self.screen(again)[:-1])), (0, 1), again)

    def test_no_color(self):
        tree = self.tree(CALLS)
        drawn, _ = self.on_terminal(tree, tree.launcher, "run", "app/first", env={"NO_COLOR": "1"})
        self.assertEqual(re.findall(r"\x1b\[[0-9;]*[1-9][0-9;]*m", drawn), [])
        self.assertIn("✓", drawn)

    def test_a_dumb_terminal_and_ci_get_plain_lines(self):
        for env in ({"TERM": "dumb"}, {"CI": "true"}):
            tree = self.tree(CALLS, name="".join(env))
            drawn, _ = self.on_terminal(tree, tree.launcher, "run", "app/first", env=env)
            self.assertIn("[app/first] | 100" if env.get("TERM") else "| 100", drawn)
            self.assertNotIn("\x1b[A", drawn)

    def test_colour_where_it_is_asked_for(self):
        tree = self.tree(CALLS)
        self.assertNotIn("\x1b", tree.run("app/first").stdout)
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text() + "\n")
        self.assertIn("\x1b[", tree.run("app/first", env={"CLICOLOR_FORCE": "1"}).stdout)

    def test_ctrl_c_is_typed(self):
        for generator in ("Ninja", "Unix Makefiles"):
            tree = self.tree(name=generator[:5])
            tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "setsid sleep 1000 & sleep 1000" INPUTS CMakeLists.txt STAGE build GRACE 1s)\n').configure(generator)
            drawn, status = self.on_terminal(tree, harness.tool("cmake"), "--build", tree.build, "--target", "app.build", typed=(b"app/one", b"\x03"))
            self.assertNotEqual(status, 0)
            harness.until(lambda: not harness.bearers(tree.cookie), 10, f"the end of {harness.bearers(tree.cookie)}")
            self.assertEqual(tree.result()["outcome"], "interrupted", drawn)


if __name__ == "__main__":
    unittest.main(verbosity=2)
