"""A secret reaches the steps that name it, and nothing else: no log, no record, no cache, no command line, no image."""

import base64
import json
import signal
import unittest
import urllib.parse
from pathlib import Path

import harness

CANARY = "c4n@ry \"of/the+mine\" it's $HOME 7Qx"

# Everything that a step could do by mistake, in every encoding, in one write and byte by byte.
LEAK = """#!/usr/bin/env python3
import base64, json, os, shlex, sys, urllib.parse, xml.sax.saxutils
secret = os.environ["CANARY"]
raw = secret.encode()
forms = [secret, raw.hex(), raw.hex().upper(), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), json.dumps(secret),
         xml.sax.saxutils.escape(secret, {'"': "&quot;", "'": "&apos;"}), shlex.quote(secret)]
forms += [base64.b64encode(b"x" * offset + raw + b"y" * after).decode() for offset in range(3) for after in range(3)]
forms += [base64.urlsafe_b64encode(b"x" * offset + raw).decode() for offset in range(3)]
for form in forms:
    os.write(1, f"whole [{form}]\\n".encode())
    for byte in f"bytes [{form}]\\n".encode():
        os.write(2, bytes([byte]))
lines = [Path for Path in os.listdir("/proc") if Path.isdigit()]
for process in lines:
    try:
        if raw in open(f"/proc/{process}/cmdline", "rb").read().replace(b"\\0", b" "):
            print("on a command line")
    except OSError:
        pass
open("out.txt", "w").write(str(len(secret)))
open("report.xml", "w").write("<testsuite name='s'><testcase name='c'/></testsuite>")
sys.exit(int(sys.argv[1]))
"""

DECLARED = """
add_pipeline(app)
pipeline_secret(canary PASS_ENV FROM_OUTSIDE)
pipeline_step(app one COMMAND ./leak {status} INPUTS leak OUTPUTS out.txt REPORTS report.xml SECRETS canary)
pipeline_step(app other SHELL "env" INPUTS leak)
"""

# Fetches count themselves.
COUNTED = """
add_pipeline(app)
pipeline_secret(app canary COMMAND ./fetch {version})
pipeline_step(app one SHELL "echo got:$CANARY; cp in.txt one.txt" INPUTS in.txt OUTPUTS one.txt SECRETS canary)
pipeline_step(app two SHELL "echo $CANARY; cp one.txt two.txt" INPUTS in.txt AFTER one OUTPUTS two.txt SECRETS canary)
"""


def encodings(secret):
    """What may stand nowhere. Of base64 the digits that the secret alone decides."""
    raw = secret.encode()
    found = [secret, raw.hex(), raw.hex().upper(), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1]]
    for offset in range(3):
        digits = base64.b64encode(b"x" * offset + raw).decode()
        inner = digits[offset + 1 if offset else 0:(offset + len(raw)) * 8 // 6]
        found += [inner, inner.replace("+", "-").replace("/", "_")]
    return [one.encode() for one in found]


class Secrets(harness.Case):
    def leaking(self, status=0, declared=DECLARED):
        tree = self.tree()
        tree.write("leak", LEAK, 0o755)
        return tree.declare(declared.format(status=status)).configure() and tree

    def assert_nowhere(self, tree, done, secret=CANARY):
        """Not in what was printed, and in no file below the tree's root: sources, build tree, cache, state."""
        forms = encodings(secret)
        for form in forms:
            self.assertNotIn(form, done.all.encode())
        for path in tree.root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                for form in forms:
                    self.assertFalse(form in content, f"{path} holds {form}")

    def test_a_step_that_prints_it_in_every_way_leaves_it_nowhere(self):
        tree = self.leaking()
        done = tree.run("app.one", "app.other", "-v", env={"FROM_OUTSIDE": CANARY})
        self.assertGreater(tree.log("app/one").count(b"***"), 30)
        self.assertNotIn(b"on a command line", tree.log("app/one"))
        self.assertNotIn(b"FROM_OUTSIDE", tree.log("app/other"))
        self.assert_nowhere(tree, done)
        self.assertEqual((tree.work("app/one") / "out.txt").read_text(), str(len(CANARY)))

    def test_one_of_8000_characters_in_lines_that_two_processes_print_a_byte_at_a_time_at_once_is_nowhere(self):
        lines = [f"line {number:03}: " + "".join(chr(33 + (number * 7 + at * at) % 90) for at in range(69)) for number in range(101)]
        secret = "\n".join(lines)[:8000]
        tree = self.tree()
        tree.write("leak", "#!/usr/bin/env python3\nimport os\nraw = os.environ['CANARY'].encode()\nchild = os.fork()\n"
                   "for at in range(len(raw)):\n    os.write(1 if child else 2, raw[at:at + 1])\nif child:\n    os.waitpid(child, 0)\n", 0o755)
        tree.declare("add_pipeline(app)\npipeline_secret(canary PASS_ENV FROM_OUTSIDE)\n" + "".join(
            f"pipeline_step(app {name} COMMAND ./leak INPUTS leak SECRETS canary STAGE build)\n" for name in ("one", "two"))).configure()
        done = tree.run("app.build", "-v", env={"FROM_OUTSIDE": secret, "CICD_JOBS": "2"})
        for step in ("app/one", "app/two"):
            self.assertEqual(sorted(tree.log(step).split()), [b"!", b"***", b"***", b"|"])
        self.assert_nowhere(tree, done, secret)
        for line in lines[:-1]:
            self.assertNotIn(line, done.all)

    def test_lines_of_one_too_short_to_be_known_alone_are_masked_in_what_a_teams_program_prints(self):
        """VERIFY and GATE: as the step that fetched it, whose log shows none of them."""
        secret = "k7:Qx\nw9+Zp\nv3/Lm"
        script = "#!/bin/sh\necho begins\ncat $HOME/kept\nseq 19 >&2\ncat $HOME/kept >&2\nexit $(cat $HOME/{0})\n"
        tree = self.tree(harness.DEPLOYED.replace("main VIA gitops", "main VIA gitops VERIFY ./verify") + "pipeline_secret(app canary PASS_ENV FROM_OUTSIDE)\n"
                         "pipeline_step(app one COMMAND true INPUTS in.txt SECRETS canary STAGE test ALWAYS)\n"
                         "pipeline_environment(app qa FROM stage VIA gitops GATE ./gate)\n")
        for name in ("verify", "gate"):
            tree.write(name, script.format(name), 0o755)
            (tree.home / name).write_text("0")
        (tree.home / "kept").write_text(secret + "\n")
        tree.write("in.txt", "one")
        tree.commit()
        said = []
        for failing, status in (("verify", 1), ("gate", 5)):
            for name in ("verify", "gate"):
                (tree.home / name).write_text(str(int(name == failing)))
            done = tree.run("app.test", "deploy-stage", "deploy-qa", "-v", status=status, env={"FROM_OUTSIDE": secret})
            said.append(done.all)
            self.assertIn("***", done.all)
            for line in secret.split("\n"):
                self.assertNotIn(line, done.all)
                for path in (tree.build / ".cicd/runs").rglob("*"):
                    self.assertFalse(path.is_file() and line.encode() in path.read_bytes(), path)
        self.assertIn("VERIFY failed", said[0])
        self.assertRegex(said[1], r"(?s)begins.*\*\*\*.*GATE")

    def test_a_step_that_fails_after_it_leaves_it_nowhere_either(self):
        tree = self.leaking(status=3)
        done = tree.run("app.one", status=1, env={"FROM_OUTSIDE": CANARY})
        self.assertIn("***", done.all)
        self.assert_nowhere(tree, done)

    def counted(self, version=""):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.write("fetch", "#!/bin/sh\necho x >> $HOME/fetched\nprintf '%s\\n' \"$VALUE\"\n", 0o755)
        tree.declare(COUNTED.format(version=version)).configure()
        self.fetched = lambda: len((tree.home / "fetched").read_text().split()) if (tree.home / "fetched").exists() else 0
        return tree

    def test_it_is_fetched_once_just_before_the_first_step_and_never_for_one_that_is_up_to_date(self):
        tree = self.counted()
        tree.cicd("plan", "app.two")
        self.assertEqual(self.fetched(), 0)
        tree.run("app.two", env={"VALUE": "first-value"})
        self.assertEqual(self.fetched(), 1)
        self.assertEqual(tree.log("app/one"), b"| got:***\n")
        tree.run("app.two", env={"VALUE": "another-value"})
        self.assertEqual(self.fetched(), 1)
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})

    def test_another_version_runs_its_steps_again_and_says_so(self):
        tree = self.counted("VERSION 2026-10")
        tree.run("app.one", env={"VALUE": "first-value"})
        tree.declare(COUNTED.format(version="VERSION 2026-11")).configure()
        self.assertEqual(tree.reasons("app/one", "app.one"), ["the secret canary changed from 2026-10 to 2026-11"])

    def test_it_comes_as_a_file_in_memory_that_ends_with_the_step(self):
        tree = self.tree("""
add_pipeline(app)
pipeline_secret(app key-pem PASS_ENV PEM)
pipeline_step(app one SECRETS key-pem AS_FILE INPUTS CMakeLists.txt
  SHELL "stat -c '%a %U' $KEY_PEM_FILE; stat -c %a $(dirname $KEY_PEM_FILE); stat -f -c %T $KEY_PEM_FILE; cat $KEY_PEM_FILE; echo $KEY_PEM_FILE > $HOME/where")
""")
        tree.run("app.one", env={"PEM": "-----BEGIN-----\nabcdefghij\nk\n"})
        log = tree.log("app/one").decode().splitlines()
        self.assertEqual(log[0].split()[1], "600")
        self.assertEqual([log[1], log[3]], ["| 700", "| ***"])
        self.assertIn(log[2], ("| tmpfs", "| ramfs"))
        self.assertFalse(Path((tree.home / "where").read_text().strip()).exists())

    def test_what_a_killed_driver_left_is_swept_by_the_next_run(self):
        tree = self.tree("""
add_pipeline(app)
pipeline_secret(app canary PASS_ENV FROM_OUTSIDE)
pipeline_step(app one SHELL "echo $CANARY_FILE > $HOME/where; exec sleep 1000" SECRETS canary AS_FILE INPUTS CMakeLists.txt)
pipeline_step(app two COMMAND true INPUTS CMakeLists.txt)
""")
        driver = tree.start(tree.launcher, "run", "app.one", env={"FROM_OUTSIDE": CANARY})
        where = harness.until(lambda: (tree.home / "where").exists() and (tree.home / "where").read_text().strip(), what="the step")
        self.assertEqual(Path(where).read_text(), CANARY)
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        self.assertTrue(Path(where).exists())
        tree.run("app.two")
        self.assertFalse(Path(where).parent.parent.exists())

    def test_an_output_that_holds_it_fails_the_step_by_name_and_is_not_kept(self):
        for name, write in (("app.properties", 'printf "token=%s" "$CANARY" > app.properties'),
                            ("app.zip", 'echo "$CANARY" > inside.txt; python3 -m zipfile -c app.zip inside.txt; rm inside.txt'),
                            ("app.txt", 'printf "x%s" "$CANARY" | base64 -w0 > app.txt')):
            with self.subTest(name):
                tree = self.tree(name=name)
                tree.write("write", f"#!/bin/sh\n{write}\n", 0o755)
                tree.declare(f"add_pipeline(app)\npipeline_secret(app canary PASS_ENV FROM_OUTSIDE)\n"
                             f"pipeline_step(app one COMMAND ./write INPUTS write OUTPUTS {name} SECRETS canary)\n").configure()
                done = tree.run("app.one", status=1, env={"FROM_OUTSIDE": CANARY})
                self.assertIn(f"a secret stands in an output, which is not kept: '{name}", done.all)
                self.assertIn("canary", done.all)
                for form in encodings(CANARY):
                    self.assertNotIn(form, done.all.encode())
                self.assertEqual(tree.result()["outcome"], "step-failed")
                tree.run("app.one", status=1, env={"FROM_OUTSIDE": CANARY})

    def test_a_name_or_a_link_that_holds_it_fails_the_step_and_is_kept_nowhere(self):
        for kind, write in (("file", 'mkdir d; echo 1 > "d/$TOK.txt"'), ("folder", 'mkdir -p "d/$TOK"; echo 1 > "d/$TOK/x"'),
                            ("link", 'mkdir d; ln -s "$TOK" d/l'), ("archive", 'mkdir d; ln -s "$TOK" l; tar czf d/a.tar.gz l; rm l')):
            for option in ("OUTPUTS", "REPORTS"):
                with self.subTest(kind=kind, option=option):
                    tree = self.tree(name=f"{kind}-{option.lower()}")
                    tree.write("write", f"#!/bin/sh\n{write}\n", 0o755)
                    tree.declare(f"add_pipeline(app)\npipeline_secret(app tok PASS_ENV FROM_OUTSIDE)\n"
                                 f"pipeline_step(app one COMMAND ./write INPUTS write {option} d/** SECRETS tok)\n").configure()
                    done = tree.run("app.one", status=1, env={"FROM_OUTSIDE": "tok-7Qx9/kLm2" if kind == "folder" else "tok-7Qx9-kLm2"})
                    self.assertRegex(done.all, r"a secret stands in (an output|a report), which is not kept: '(d/a.tar.gz > )?a name in (it|the folder)'")
                    self.assert_nowhere(tree, done, "tok-7Qx9/kLm2" if kind == "folder" else "tok-7Qx9-kLm2")

    def test_a_text_of_a_report_that_is_cut_within_it_shows_no_half_of_it(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.write("write", "#!/bin/sh\nhead -c 65526 /dev/zero | tr '\\0' x > pad\n"
                            "echo \"<testsuite name='s'><testcase name='c'><failure>$(cat pad)$TOK</failure></testcase></testsuite>\" > report.xml\nrm pad\nexit 1\n", 0o755)
        tree.declare("add_pipeline(app)\npipeline_secret(app tok PASS_ENV FROM_OUTSIDE)\n"
                     "pipeline_step(app one COMMAND ./write INPUTS write in.txt REPORTS report.xml SECRETS tok)\n").configure()
        done = tree.run("app.one", status=1, env={"FROM_OUTSIDE": "tok-7Qx9-kLm2"})
        (tree.work("app/one") / "report.xml").unlink()
        self.assert_nowhere(tree, done, "tok-7Qx9")

    def with_image(self, steps="", of_build=""):
        """An image that would hold the secret, beside what the step `build` makes."""
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.write("config.txt", f"token: {CANARY}")
        tree.declare(f"""
add_pipeline(app)
pipeline_secret(app canary PASS_ENV FROM_OUTSIDE)
{steps}pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt {of_build})
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt config.txt=/app/config.txt)
""")
        tree.commit()
        tree.configure()
        return tree

    def test_an_image_that_would_hold_it_is_not_built(self):
        tree = self.with_image(of_build="SECRETS canary")
        done = tree.run("app.image", status=1, env={"FROM_OUTSIDE": CANARY})
        self.assertIn("a secret stands in the image: 'config.txt'", done.all)
        self.assertFalse((tree.work("app/image") / "layout").exists())

    def test_an_image_of_an_earlier_run_is_searched_before_it_is_published(self):
        tree = self.with_image(steps="pipeline_step(app test COMMAND true INPUTS in.txt SECRETS canary)\n")
        tree.run("app.image")
        done = tree.run("app.publish", status=1, env={"FROM_OUTSIDE": CANARY})
        self.assertRegex(done.all, "a secret stands in the image of app/image, which is not published: 'blobs/.* > app/config.txt'")
        self.assertFalse((tree.build / "registry/app").exists())

    def test_an_image_that_was_refused_is_refused_again_where_the_step_with_the_secret_is_up_to_date(self):
        tree = self.with_image(of_build="SECRETS canary")
        for _ in range(2):
            done = tree.run("app.publish", status=1, env={"FROM_OUTSIDE": CANARY})
            self.assertIn("a secret stands in the image: 'config.txt'", done.all)
        self.assertEqual(tree.outcomes()["app/build"], "up-to-date")
        # Where the secret is not there, the image is built; before it leaves, it is searched once more.
        tree.run("app.image")
        self.assertIn("a secret stands in the image of app/image", tree.run("app.publish", status=1, env={"FROM_OUTSIDE": CANARY}).all)
        self.assertFalse((tree.build / "registry/app").exists())

    def test_a_pull_request_from_a_fork_gets_none(self):
        tree = self.leaking()
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": {"full_name": "us/orders"},
                                     "pull_request": {"head": {"ref": "f", "repo": {"full_name": "them/orders"}},
                                                      "base": {"ref": "main", "repo": {"full_name": "us/orders"}}}}))
        fork = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event),
                "GITHUB_REPOSITORY": "us/orders", "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_REF": "refs/pull/1/merge",
                "GITHUB_HEAD_REF": "f", "GITHUB_BASE_REF": "main"}
        done = tree.run("app.one", status=5, env={"FROM_OUTSIDE": CANARY, **fork})
        self.assertIn("a pull request from a fork never gets a secret", done.all)
        self.assertIn("them/orders", done.all)
        self.assert_nowhere(tree, done)
        tree.run("app.other", env=fork)

    def test_a_value_that_cannot_be_masked_or_is_not_there_is_refused(self):
        tree = self.leaking()
        for value, why in (("", "is empty"), *((short, "is too short to be masked") for short in ("{", "abc", "a\nb", "ab\n\n"))):
            done = tree.run("app.one", status=2, env={"FROM_OUTSIDE": value})
            self.assertIn(f"the value of the secret {why}: 'canary'", done.all)
        done = tree.run("app.one", status=2)
        self.assertIn("the variable that holds the secret is not set: 'FROM_OUTSIDE'", done.all)
        self.assertRegex(done.all, r"declared at +CMakeLists\.txt:\d+\n")

    def test_what_gives_a_secret_and_fails_is_named_and_nothing_that_it_printed_is_shown(self):
        tree = self.counted()
        tree.write("fetch", f"#!/bin/sh\necho {CANARY.split()[0]}-half\necho 'permission denied' >&2\nexit 4\n", 0o755)
        done = tree.run("app.one", status=6)
        self.assertIn("exit status 4", done.all)
        self.assertIn("permission denied", done.all)
        self.assertNotIn("-half", done.all)

    def test_aws_is_asked_by_its_program(self):
        tree = self.tree("add_pipeline(app)\npipeline_secret(app npm-token AWS ci/npm-token)\n"
                         "pipeline_step(app one SHELL \"echo [$TOKEN]; test $TOKEN = from-aws-9\" SECRETS TOKEN=npm-token INPUTS CMakeLists.txt)\n")
        programs = self.folder / "programs"
        programs.mkdir()
        program = programs / "aws"
        program.write_text("#!/bin/sh\necho \"$*\" > $HOME/asked\necho '{\"Name\": \"ci/npm-token\", \"SecretString\": \"from-aws-9\"}'\n")
        program.chmod(0o755)
        tree.run("app.one", env={"PATH": f"{programs}:{tree.env['PATH']}"})
        self.assertEqual((tree.home / "asked").read_text().split(),
                         "secretsmanager get-secret-value --output json --secret-id ci/npm-token".split())
        self.assertEqual(tree.log("app/one"), b"| [***]\n")

    def test_ci_systems_are_told_what_to_mask_before_the_step_prints(self):
        tree = self.counted()
        secret = "line-one-100%\nline-two-zz"
        github = tree.run("app.one", env={"VALUE": secret, "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push",
                                          "GITHUB_REF": "refs/heads/main", "GITHUB_REPOSITORY": "us/orders"}).stdout.splitlines()
        self.assertIn("::add-mask::line-one-100%25%0Aline-two-zz", github)
        self.assertIn("::add-mask::line-two-zz", github)
        (tree.home / "fetched").unlink()
        tree.write("in.txt", "two")
        azure = tree.run("app.one", env={"VALUE": secret, "TF_BUILD": "True", "BUILD_REASON": "Manual"}).stdout.splitlines()
        self.assertIn("##vso[task.setsecret]line-one-100%AZP25%0Aline-two-zz", azure)
        programs = self.folder / "programs"
        programs.mkdir()
        (programs / "buildkite-agent").write_text("#!/bin/sh\n{ echo \"$*\"; cat; } > $HOME/told-$1\n")
        (programs / "buildkite-agent").chmod(0o755)
        tree.write("in.txt", "three")
        tree.run("app.one", env={"VALUE": secret, "BUILDKITE": "true", "PATH": f"{programs}:{tree.env['PATH']}"})
        self.assertEqual((tree.home / "told-redactor").read_text(), "redactor add\n" + secret)
        self.assertNotIn("line-one-100", (tree.home / "told-annotate").read_text())

    def test_a_ctest_test_tells_no_ci_system_since_its_output_is_kept_in_a_file(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare("add_pipeline(app)\npipeline_secret(app canary PASS_ENV FROM_OUTSIDE)\n"
                     "pipeline_step(app test SHELL \"echo $CANARY\" INPUTS in.txt SECRETS canary STAGE test)\n").configure()
        done = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "--output-on-failure"],
                         env={"FROM_OUTSIDE": CANARY, "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push",
                              "GITHUB_REF": "refs/heads/main", "GITHUB_REPOSITORY": "us/orders"})
        self.assertEqual(done.returncode, 0, done.all)
        self.assert_nowhere(tree, done)


if __name__ == "__main__":
    unittest.main(verbosity=2)
