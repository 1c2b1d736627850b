"""Images from Dockerfiles: what they are built of, by which program, when they are built anew, and what is refused."""

import re
import subprocess
import unittest
from pathlib import Path

import bases
import harness

CALLS = """
add_pipeline(app)
pipeline_image(app DOCKERFILE Dockerfile)
"""
FULL = """# a comment
ARG VERSION=17
ARG NAME=library/base
FROM REGISTRY/${NAME}:${VERSION} AS made
RUN echo made \\
  # a comment within
  > /made; id -u > /who
FROM REGISTRY/library/base:17
ARG GREETING=none
ENV HELLO=$GREETING
COPY --from=made /made /made
COPY --from=0 /who /who
COPY . /ctx/
LABEL of=dockerfile
USER 1000
ENTRYPOINT ["/bin/cat", "/made"]
"""


class Dockerfile(bases.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shell = bases.shell()

    def base(self, text="one"):
        return self.push("library/base:17", [self.shell, {"etc/text": text, "etc/passwd": "root:x:0:0\nnode:x:1001:1001::/:/bin/sh\n"}])

    def full(self, text, calls=CALLS, **files):
        tree = self.project(calls, Dockerfile=text.replace("REGISTRY", self.address), **files)
        tree.cicd("update")
        return tree

    def refused(self, tree, *said, status=2):
        done = tree.run("app.image", status=status)
        for each in said:
            self.assertIn(each, done.stderr)
        return done

    def test_it_is_built_of_its_context_and_the_locked_base_and_comes_out_the_same(self):
        self.base()
        tree = self.full(FULL, CALLS.replace("Dockerfile)", "Dockerfile ARGS GREETING=hi ENV MORE=1)"), a_dot_txt="a", docs__x_dot_md="no", docs__keep_dot_md="yes",
                         layout__page="p", _dot_dockerignore="docs\n!docs/keep.md\n# what CMake reads\nCMakeLists.txt\n")
        done = tree.run("app.image")
        self.assertIn(", by buildah 1.", done.all)
        digest, config, files, times = self.image(tree)
        self.assertEqual((files["made"], files["who"], files["ctx/a.txt"], files["ctx/layout/page"]), (b"made\n", b"0\n", b"a", b"p"))
        self.assertEqual(sorted(name for name in files if name.startswith("ctx/docs")), ["ctx/docs", "ctx/docs/keep.md"])
        self.assertNotIn("ctx/CMakeLists.txt", files)
        self.assertEqual((config["config"]["User"], config["config"]["Entrypoint"], config["config"]["Labels"]), ("1000", ["/bin/cat", "/made"], {"of": "dockerfile"}))
        self.assertEqual(sorted(set(config["config"]["Env"]) - {next(one for one in config["config"]["Env"] if one.startswith("PATH="))}), ["HELLO=hi", "MORE=1"])
        self.assertEqual(times, {0})
        self.assertIn(b"STEP", tree.log("app/image"))
        # Neither what is ignored nor another day, umask, cache or build tree makes another image.
        tree.write("docs/x.md", "other")
        self.assertIn("nothing to do", tree.run("app.image").stdout)
        other = self.tree(name="other")
        subprocess.run(["cp", "-r", tree.source, other.source.parent], check=True)
        self.trust(other, self.address)
        (other.source / "a.txt").chmod(0o600)
        other.configure()
        other.run("app.image", preexec_fn=lambda: __import__("os").umask(0o077))
        self.assertEqual(self.image(other)[0], digest)
        tree.write("docs/keep.md", "other")
        self.assertIn("docs/keep.md changed", tree.reasons("app/image", "app.image"))
        tree.run("app.image")
        self.assertNotEqual(self.image(tree)[0], digest)

    def test_arguments_base_builder_and_target_are_part_of_the_key(self):
        self.base()
        tree = self.full("FROM REGISTRY/library/base:17 AS one\nARG A=1\nRUN echo $A > /a\nUSER 1\nFROM one\nUSER 0\nRUN echo two > /two\nUSER 1\n", in_dot_txt="x")
        tree.run("app.image")
        self.assertIn("two", self.image(tree)[2])
        tree.declare(CALLS.replace("Dockerfile)", "Dockerfile TARGET one ARGS A=5)"))
        tree.configure()
        self.assertIn("the image's target changed", tree.reasons("app/image", "app.image"))
        tree.run("app.image")
        self.assertEqual((self.image(tree)[2]["a"], "two" in self.image(tree)[2]), (b"5\n", False))
        self.base("two")
        self.assertIn("nothing to do", tree.run("app.image").stdout)
        tree.cicd("update")
        self.assertIn(f"the base {self.address}/library/base:17 changed", tree.reasons("app/image", "app.image")[0])
        # Another program of that name.
        builder = self.folder / "bin/buildah"
        builder.parent.mkdir()
        tree.run("app.image")
        builder.write_text(f'#!/bin/sh\nexec {harness.tool("buildah")} "$@"\n')
        builder.chmod(0o755)
        env = {"PATH": f"{builder.parent}:{tree.env['PATH']}"}
        self.assertIn("buildah changed", str(tree.plan("app.image", env=env)))

    def test_what_is_laid_over_it_and_what_its_user_is(self):
        self.base()
        for user, given, expected in (("USER node", "", "1001"), ("USER 7:8", "", "7:8"), ("", "USER 12 WORKING_DIRECTORY /w ARGUMENTS x", "12")):
            tree = self.full(f"FROM REGISTRY/library/base:17\n{user}\n", CALLS.replace("Dockerfile)", f"Dockerfile {given})"))
            tree.run("app.image")
            config = self.image(tree)[1]["config"]
            self.assertEqual(config["User"], expected)
            if given:
                self.assertEqual((config["WorkingDir"], config["Cmd"]), ("/w", ["x"]))
            self.trees.clear()
            subprocess.run(["rm", "-rf", tree.root], check=True)
        for user, what in (("", "the image would run as root"), ("USER 0", "the image would run as root"), ("USER nobody", "a name that /etc/passwd of the image does not have")):
            tree = self.full(f"FROM REGISTRY/library/base:17\n{user}\n")
            self.refused(tree, what, "USER 10001 in the Dockerfile")
            subprocess.run(["rm", "-rf", tree.root], check=True)

    def test_it_takes_what_a_step_made_and_what_a_base_by_digest_is(self):
        digest = self.base()
        tree = self.project("add_pipeline(app)\npipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt)\n"
                            "pipeline_image(app DOCKERFILE docker/Dockerfile CONTEXT ctx)\npipeline_image(app more DOCKERFILE docker/All CONTEXT . AFTER build)\n",
                            in_dot_txt="made", ctx__a="a", docker__Dockerfile=f"FROM {self.address}/library/base@{digest}\nCOPY a /a\nUSER 1\n",
                            docker__All="FROM scratch\nCOPY out.txt /\nUSER 1\n")
        tree.run("app.image")
        self.assertFalse((tree.source / "cicd.lock").exists())
        self.assertEqual((self.image(tree)[2]["a"], self.image(tree)[2]["etc/text"]), (b"a", b"one"))
        self.assertEqual(self.image(tree, "app/image-more")[2]["out.txt"], b"made")
        tree.write("in.txt", "other")  # outside of the context of the first
        steps = {one["step"]: one["decision"] for one in tree.plan("app.image")["steps"]}
        self.assertEqual(steps["app/build"], "run")

    def test_the_builder_fetches_nothing_by_itself(self):
        self.base()
        tree = self.full("FROM REGISTRY/library/base:17\nUSER 1\n")
        asked = self.folder / "asked"
        builder = self.folder / "bin/buildah"
        builder.parent.mkdir()
        builder.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {asked}\nexec {harness.tool("buildah")} "$@"\n')
        builder.chmod(0o755)
        self.go_offline(tree)
        tree.run("app.image", env={"PATH": f"{builder.parent}:{tree.env['PATH']}"})
        self.assertIn("--pull=never", asked.read_text())
        self.assertNotIn("nowhere", asked.read_text())

    def test_what_a_cache_mount_keeps_ends_with_the_build(self):
        self.base()
        shared = self.folder / "shared"
        shared.mkdir()
        tree = self.full("FROM REGISTRY/library/base:17\nCOPY in.txt /\nRUN --mount=type=cache,target=/c echo more >> /c/n; cat /c/n > /n\nUSER 1\n", in_dot_txt="x")
        for text in ("1", "2"):
            tree.write("in.txt", text)
            tree.run("app.image", env={"TMPDIR": str(shared)})
            self.assertEqual(self.image(tree)[2]["n"], b"more\n")
        self.assertEqual([one for one in shared.iterdir() if "buildah" in one.name], [])

    def test_what_docker_leaves_in_the_context_is_there_and_so_is_what_a_step_made_below_it(self):
        self.base()
        tree = self.project("add_pipeline(app)\npipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt)\n"
                            "pipeline_image(app DOCKERFILE Dockerfile AFTER build)\n", in_dot_txt="in", a__b__c_dot_md="1", a__d="no", R_dot_md="r",
                            Dockerfile=f"FROM {self.address}/library/base:17\nCOPY . /ctx/\nUSER 1\n", _dot_dockerignore="**\n!**/*.md\n")
        tree.cicd("update")
        for rules, there in (("**\n!**/*.md\n", ["R.md", "a/b/c.md", "out.txt"]), ("*\n!*/b/c.md\n", ["a/b/c.md", "out.txt"]),
                             ("*\n!.dockerignore\n", [".dockerignore", "out.txt"])):
            tree.write(".dockerignore", rules)
            tree.run("app.image")
            names = sorted(name[4:] for name, content in self.image(tree)[2].items() if name.startswith("ctx/") and isinstance(content, bytes))
            self.assertEqual(names, there)

    def test_a_digest_of_an_index_and_a_stage_may_be_said_by_variables_and_in_other_letters(self):
        files = [self.shell, {"etc/text": "index", "etc/passwd": ""}]
        digest = self.push("library/base:17", files, architectures=(bases.HERE, bases.OTHER))
        whole = f"{self.address}/library/base@{digest}"
        for text, given in ((f"ARG BASE={whole}\nFROM ${{BASE}}\nUSER 1\n", ""), ("ARG BASE\nFROM $BASE\nUSER 1\n", f"ARGS BASE={whole}"),
                            (f"FROM {whole} AS Made\nUSER 1\nFROM scratch\nUSER 1\n", "TARGET made")):
            tree = self.project(CALLS.replace("Dockerfile)", f"Dockerfile {given})"), Dockerfile=text)
            with self.subTest(text):
                tree.run("app.image")
                self.assertEqual(self.image(tree)[2]["etc/text"], b"index")
            self.trees.clear()
            subprocess.run(["rm", "-rf", tree.root], check=True)

    def test_stages_are_found_in_whatever_letters_they_are_named(self):
        self.base()
        tree = self.full("ARG WHICH=MADE\nFROM REGISTRY/library/base:17 AS Made\nRUN echo made > /made\nFROM made AS two\nRUN --mount=type=bind,from=MADE,target=/m cat /m/made > /mounted\n"
                         "FROM ${WHICH} AS three\nFROM REGISTRY/library/base:17\nCOPY --from=made /made /from=made\nCOPY --from=TWO /mounted /mounted\nCOPY --from=Three \\\n  /made /by\nUSER 1\n")
        tree.run("app.image")
        files = self.image(tree)[2]
        self.assertEqual([files.get(name) for name in ("from=made", "mounted", "by")], [b"made\n"] * 3)

    def test_without_a_builder_both_are_named(self):
        self.base()
        tree = self.full("FROM REGISTRY/library/base:17\nRUN echo x > /x\nUSER 1\n")
        only = self.folder / "only"
        only.mkdir()
        for name in ("git", "skopeo", "sh", "cmake", "ninja"):
            (only / name).symlink_to(harness.tool(name))
        done = tree.run("app.image", status=2, env={"PATH": str(only)})
        self.assertIn("a program is missing that builds Dockerfiles", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "allowed"), "buildah or podman, on PATH")

    def test_urls_and_moving_names_are_findings_and_fail_where_that_is_declared(self):
        self.base()
        text = "FROM REGISTRY/library/base:17\nARG URL=https://127.0.0.1:1/x\nADD --checksum=sha256:1 https://e.example.com/y /y\nADD ${URL} /x\nUSER 1\n"
        tree = self.full(text, CALLS.replace("add_pipeline(app)", "add_pipeline(app FAIL_ON medium)"))
        done = self.refused(tree, "1 finding", "Dockerfile:4  unpinned-add  ADD of https://127.0.0.1:1/x", status=1)
        self.assertNotIn("e.example.com", done.stderr)
        latest = self.full("FROM scratch\nCOPY in.txt /\nUSER 1\n", CALLS, in_dot_txt="x")
        latest.run("app.image")

    def test_what_is_wrong_is_said_with_file_and_line(self):
        self.base()
        start = f"FROM {self.address}/library/base:17\n"
        cases = {
            "ARG V\nFROM x:${V}\n": ("FROM has a variable without a value: 'x:${V}'", "Dockerfile:2"),
            "RUN x\nFROM scratch\n": ("an instruction before the first FROM: 'RUN'", "Dockerfile:1"),
            start + "\nFORM x\n": ("an instruction that there is not: 'FORM'", "Dockerfile:3", "did you mean: FROM"),
            "# nothing\n": ("the Dockerfile has no FROM", "Dockerfile:1"),
            start + "RUN <<EOF\necho x\n": ("a here-document that does not end: 'EOF'", "Dockerfile:2"),
            start + "COPY <<EOF /x\ntext\nEOF\nUSER 1\n": ("the builder does not know here-documents: 'buildah 1.", "Dockerfile:2"),
            "FROM A:B:C\n": ("no image, and no stage before it: 'A:B:C'", "Dockerfile:1"),
            start + "COPY --from=$X /a /b\n": ("a variable in what files are taken from: '$X'", "Dockerfile:2"),
            f"FROM --platform=linux/{bases.OTHER} scratch\n": ("a stage of another platform is not built here", "Dockerfile:1"),
            "FROM a b\n": ("FROM takes one image", "Dockerfile:1"),
            start + "USER 1\nRUN echo out; echo err >&2; exit 3\n": ("buildah 1.", "Dockerfile:3", "err"),
            start + "COPY absent /\nUSER 1\n": ("does not build the image", "Dockerfile:2"),
            start + "COPY --from=other:1 /a /b\n": ("which bytes the tag of the base means is not locked: 'docker.io/library/other:1'", "Dockerfile:2", "cicd update"),
        }
        tree = self.full(start)
        for text, said in cases.items():
            tree.write("Dockerfile", text)
            status = 1 if any("exit" in one for one in text.splitlines()) or "absent" in text else 2
            with self.subTest(text):
                self.refused(tree, *said, status=status)
        tree.write("Dockerfile", "FROM scratch AS service\nUSER 1\n")
        for given, said in (("TARGET servise", ("TARGET: the Dockerfile has no such stage: 'servise'", "did you mean: service")),
                            ("ARGS VERSON=1", ("ARGS: the Dockerfile has no such ARG: 'VERSON'",))):
            tree.declare(CALLS.replace("Dockerfile)", f"Dockerfile {given})"))
            tree.configure()
            self.refused(tree, *said)
        tree.declare(CALLS.replace("Dockerfile)", "Dockerfle)"))
        tree.configure()
        self.refused(tree, "the Dockerfile is not there: 'Dockerfle'", "did you mean: Dockerfile")
        tree.declare(CALLS.replace("Dockerfile)", "Dockerfile CONTEXT ctx)"))
        tree.configure()
        self.refused(tree, "the context is not a folder: 'ctx'", "CMakeLists.txt:")
        (tree.source / "ctx").symlink_to("/etc")
        self.refused(tree, "the context is not a folder: 'ctx'")

    def test_a_repository_of_a_dockerfile_alone_is_adopted_as_it_is(self):
        self.base()
        tree = self.tree()
        self.trust(tree, self.address)
        tree.write("Dockerfile", f"FROM {self.address}/library/base:17 AS build\nRUN echo x > /x\nFROM {self.address}/library/base:17\nCOPY --from=build /x /x\nEXPOSE 8000\n"
                   "USER node\nENV LEVEL=info\nCMD [\"/bin/cat\", \"/x\"]\n")
        tree.commit()
        driver = re.search(r"exec '?([^' ]+)'? ", self.tree(CALLS.replace("DOCKERFILE Dockerfile", "BASE scratch"), name="other").launcher.read_text())[1]
        done = tree.call([driver, "adopt", "--sources", "--name", "shop"], env={"CICD_TEMPLATE_PATH": str(Path(__file__).parents[2] / "templates")})
        self.assertEqual(done.returncode, 0, done.all)
        text = (tree.source / "CMakeLists.txt").read_text()
        self.assertIn("add_pipeline(shop\n  TEMPLATE dockerfile  # Dockerfile\n  SET stage=1  # Dockerfile\n  )", text)
        self.assertIn("PORT 8000  # Dockerfile:5", text)
        for absent in ("ENV", "base.cmake", "entry point"):
            self.assertNotIn(absent, text + done.stdout)
        tree.commit()
        tree.configure()
        tree.cicd("update")
        self.assertIn("has no stage test: nothing is tested", tree.run("shop.test", "shop.image").stdout + tree.log("shop/test").decode())
        config = self.image(tree, "shop/image")[1]["config"]
        self.assertEqual((config["User"], config["Cmd"], "LEVEL=info" in config["Env"]), ("1001", ["/bin/cat", "/x"], True))


if __name__ == "__main__":
    unittest.main()
