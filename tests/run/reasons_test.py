"""Why a step runs, in a person's words, in the plan and in the run; and what is noticed although a clock says nothing."""

import os
import unittest

import harness

CALLS = """
add_pipeline(app)
pipeline_step(app build COMMAND ./make -x INPUTS src/** make OUTPUTS out.txt TOOLS faketool PASS_ENV FLAVOUR)
pipeline_step(app after SHELL "cp out.txt end.txt" INPUTS CMakeLists.txt OUTPUTS end.txt AFTER build)
"""


class Reasons(harness.Case):
    def setUp(self):
        super().setUp()
        t = self.t = self.tree()
        t.write("make", "#!/bin/sh\ncat src/a.txt > out.txt\n", 0o755)
        for name in "abcdef":
            t.write(f"src/{name}.txt", name)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.tool_says("1.2.3")
        t.env["PATH"] = f"{self.bin}:{t.env['PATH']}"
        t.declare(CALLS)
        t.commit()
        t.configure()
        self.assertEqual(t.reasons("app/build", "app/after"), ["never ran here"])
        t.run("app/after")

    def tool_says(self, version):
        (self.bin / "faketool").write_text(f"#!/bin/sh\necho faketool {version}\n")
        (self.bin / "faketool").chmod(0o755)

    def reasons(self):
        """As the plan says and as the run says, which must be the same."""
        planned = self.t.reasons("app/build", "app/after")
        done = self.t.run("app/after")
        told = next(one["reasons"] for one in self.t.events() if one["event"] == "step_started" and one["step"] == "app/build")
        self.assertEqual(planned, told)
        self.assertIn(f"[app/build] started: {', '.join(planned)}", done.stdout)
        return planned

    def test_a_changed_file(self):
        self.t.write("src/a.txt", "other")
        self.assertEqual(self.reasons(), ["src/a.txt changed"])
        self.assertEqual(self.t.outcomes(), {"app/build": "ran", "app/after": "ran"})

    def test_a_new_file(self):
        self.t.write("src/new.txt", "new")
        self.assertEqual(self.reasons(), ["src/new.txt is new"])

    def test_a_removed_file(self):
        (self.t.source / "src/b.txt").unlink()
        self.assertEqual(self.reasons(), ["src/b.txt is gone"])

    def test_a_changed_mode(self):
        (self.t.source / "src/b.txt").chmod(0o755)
        reason, = self.reasons()
        self.assertIn("src/b.txt", reason)

    def test_a_changed_command(self):
        self.t.declare(CALLS.replace("-x", "-y")).configure()
        reason, = self.reasons()
        self.assertIn("command", reason)

    def test_a_tool_of_another_version(self):
        self.tool_says("1.2.4")
        self.assertEqual(self.reasons(), ["faketool changed"])

    def test_a_jdk_of_another_version_is_named_by_it(self):
        jdk = self.folder / "jdk"
        (jdk / "bin").mkdir(parents=True)
        (jdk / "bin/java").write_text("#!/bin/sh\n")
        (jdk / "bin/java").chmod(0o755)
        (jdk / "release").write_text('JAVA_VERSION="17.0.14"\n')
        self.t.env["PATH"] = f"{jdk / 'bin'}:{self.t.env['PATH']}"
        self.t.declare(CALLS.replace("TOOLS faketool", "TOOLS java")).configure()
        self.t.run("app/after")
        (jdk / "release").write_text('JAVA_VERSION="17.0.15"\n')
        self.assertEqual(self.reasons(), ["the JDK changed from 17.0.14 to 17.0.15"])

    def test_a_variable(self):
        self.t.env["FLAVOUR"] = "sour"
        reason, = self.reasons()
        self.assertIn("FLAVOUR", reason)
        self.t.env["FLAVOUR"] = "sweet"
        reason, = self.reasons()
        self.assertIn("FLAVOUR", reason)

    def test_another_variable_is_none(self):
        self.t.env["UNRELATED"] = "x"
        self.assertEqual({one["decision"] for one in self.t.plan("app/after")["steps"]}, {"up-to-date"})

    def test_three_causes_and_a_count(self):
        for name in "abcde":
            self.t.write(f"src/{name}.txt", "other")
        self.assertEqual(self.reasons(), ["src/a.txt changed", "src/b.txt changed", "src/c.txt changed", "and 2 more"])

    def test_same_size_and_old_time_are_noticed(self):
        path = self.t.source / "src/a.txt"
        before = path.stat()
        path.write_text("Z")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(self.reasons(), ["src/a.txt changed"])
        self.assertEqual((self.t.work("app/after") / "end.txt").read_text(), "Z")

    def test_twice_within_a_tick_of_the_clock_is_noticed(self):
        path = self.t.source / "src/a.txt"
        for number in range(10):
            path.write_text(f"{number}")
            self.t.run("app/after")
            path.write_text(f"{9 - number}")
            self.t.run("app/after")
            self.assertEqual((self.t.work("app/after") / "end.txt").read_text(), f"{9 - number}")

    def test_a_touched_file_is_nothing(self):
        os.utime(self.t.source / "src/a.txt")
        self.t.write("src/b.txt", "b")
        self.t.run("app/after")
        self.assertEqual(self.t.outcomes(), {"app/build": "up-to-date", "app/after": "up-to-date"})

    def test_an_upstream_that_comes_out_equal_leaves_the_next_alone(self):
        self.t.write("src/b.txt", "does not matter")
        self.assertEqual(self.t.plan("app/after")["steps"][1]["decision"], "depends")
        self.t.run("app/after")
        self.assertEqual(self.t.outcomes(), {"app/build": "ran", "app/after": "up-to-date"})

    def test_an_upstream_that_comes_out_other_is_named(self):
        self.t.write("src/a.txt", "other")
        self.t.run("app/after")
        told = next(one["reasons"] for one in self.t.events() if one["event"] == "step_started" and one["step"] == "app/after")
        self.assertEqual(len(told), 1)
        self.assertIn("app/build", told[0])

    def test_removed_outputs_come_back(self):
        (self.t.work("app/build") / "out.txt").unlink()
        self.assertEqual(self.t.reasons("app/build", "app/build"), ["its outputs were changed or removed"])
        self.t.run("app/build")
        self.assertEqual(self.t.outcomes(), {"app/build": "reused"})
        self.assertEqual((self.t.work("app/build") / "out.txt").read_text(), "a")

    def test_a_file_name_cannot_write_on_the_terminal(self):
        self.t.write("src/\x1b[31mred.txt", "x")
        done = self.t.cicd("plan", "app/build")
        self.assertNotIn("\x1b", done.all)
        self.assertNotIn("\x1b", self.t.run("app/build").all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
