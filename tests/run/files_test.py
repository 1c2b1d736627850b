"""What the source tree names is read below it only; what is printed commands no CI system; logins stay where they are."""

import os
import unittest

import harness

DECLARED = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 HOST app.example.com READY /health {service})
pipeline_environment(app stage ON branch main VIA gitops {environment})
"""


class Files(harness.Case):
    def made(self, service="", environment="", name="t"):
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.declare(DECLARED.format(service=service, environment=environment))
        return tree

    def refused(self, tree, path, *texts):
        for words in (("run", "deploy-stage"), ("plan", "deploy-stage")):
            done = tree.cicd(*words, status=2, env={"SECRET_TOKEN": "hunter2"}, timeout=60)
            for text in (path, *texts):
                self.assertIn(text, done.stderr)
            self.assertNotIn("hunter2", done.all)
        self.assertEqual(tree.commits() if (tree.build / "manifests.git").exists() else 0, 0)

    def test_no_file_that_a_declaration_names_is_read_from_elsewhere(self):
        tree = self.made("CONFIG_FILES app.yaml=/etc/app.yaml")
        (tree.home / "login").write_text("token: hunter2")
        tree.write("folder/x")
        tree.commit()
        tree.configure()
        named = tree.source / "app.yaml"
        for target in ("/proc/self/environ", str(tree.home / "login"), "../../home/login", "folder/../../../home/login", "/dev/zero"):
            named.symlink_to(target)
            self.refused(tree, "app.yaml", "not below the folder", f"app.yaml -> {target}", "declared at", "CMakeLists.txt:")
            named.unlink()
        os.mkfifo(named)
        self.refused(tree, "app.yaml", "it is a pipe (FIFO)")
        named.unlink()
        with open(named, "wb") as file:
            file.truncate(1 << 40)
        self.refused(tree, "app.yaml", "too large", "at most 16.0 MB")
        named.unlink()
        tree.write("folder/app.yaml", "a: 1")
        named.symlink_to("folder/app.yaml")
        tree.run("deploy-stage")
        self.assertIn("a: 1", tree.manifests("grep", "a: 1", "main"))

    def test_no_patch_and_no_manifest_is_read_from_elsewhere(self):
        for service, environment in (("PATCH k8s/p.yaml", ""), ("", "MANIFESTS k8s/*.yaml")):
            tree = self.made(service, environment, name="patch" if service else "manifests")
            outside = tree.root / "outside"
            outside.mkdir()
            (outside / "p.yaml").write_text("token: hunter2")
            tree.commit()
            tree.configure()
            (tree.source / "k8s").symlink_to("../outside")
            self.refused(tree, "k8s", "k8s -> ../outside", "declared at")
            (tree.source / "k8s").unlink()
            (tree.source / "k8s").mkdir()
            (tree.source / "k8s/p.yaml").symlink_to("/proc/self/environ")
            self.refused(tree, "k8s/p.yaml", "k8s/p.yaml -> /proc/self/environ", "declared at")

    def test_no_file_of_an_image_is_taken_through_a_link_that_leads_out(self):
        tree = self.tree()
        outside = tree.root / "outside"
        outside.mkdir()
        (outside / "key").write_text("hunter2")
        tree.declare("add_pipeline(app)\n"
                     "pipeline_step(app build SHELL \"ln -s ${CMAKE_SOURCE_DIR}/../outside out\" OUTPUTS out)\n"
                     "pipeline_image(app BASE scratch FILES out/key=/key ENTRYPOINT /key)\n").configure()
        done = tree.run("image", status=2)
        self.assertIn("out -> ", done.all)
        self.assertIn("not below the folder", done.all)

    def test_no_template_is_read_from_elsewhere(self):
        tree = self.tree()
        (tree.root / "secret.json").write_text('{"token": "hunter2"}')
        (tree.source / "templates/own").mkdir(parents=True)
        (tree.source / "templates/own/template.json").symlink_to("../../../secret.json")
        tree.declare("set(CICD_TEMPLATE_PATH ${CMAKE_SOURCE_DIR}/templates)\nadd_pipeline(app TEMPLATE own)\n")
        done = tree.configure(status=1)
        self.assertIn("own/template.json -> ../../../secret.json", done.all)
        self.assertNotIn("hunter2", done.all)

    def test_a_password_in_a_declaration_is_warned_of_and_lies_where_only_its_user_reads(self):
        tree = self.made()
        tree.declare(DECLARED.format(service="", environment="REPOSITORY https://jane:hunter2@git.example.com/m.git PATH $<1:stage>"))
        done = tree.configure()
        self.assertIn("a password in the declaration", done.stderr)
        self.assertIn("https://***@git.example.com/m.git", done.stderr)
        self.assertNotIn("hunter2", done.all)
        own = tree.build / ".cicd"
        for path in (own / "declarations.ndjson", *(own / "genex").iterdir()):
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)
        (own / "declarations.ndjson").chmod(0o644)
        tree.configure()
        self.assertEqual((own / "declarations.ndjson").stat().st_mode & 0o777, 0o600)
        for words in (("explain", "app.environment.stage"), ("plan", "deploy-stage"), ("status",)):
            self.assertNotIn("hunter2", tree.cicd(*words, status=None).all)

    def test_nothing_that_a_step_prints_commands_a_ci_system(self):
        tree = self.tree()
        lines = ["::add-mask::x", "\u00a0::add-mask::x", "\u2003::set-output name=a::b", "\u3000\u200c::error::x", "##[group]x",
                 "##vso[task.setvariable variable=a]b", "a ##teamcity[message]", "\x1b[31m::warning::x"]
        report = "".join(f'<testcase classname="c" name="t{n}"><failure message="{line}">{line}</failure></testcase>'
                         for n, line in enumerate(lines) if "\x1b" not in line)
        tree.write("said.txt", "\n".join(lines) + "\n")
        tree.write("r.xml", f"<testsuite>{report}</testsuite>")
        tree.declare("add_pipeline(app)\npipeline_step(app build SHELL \"cat said.txt; cat said.txt >&2; cp r.xml out.xml; exit 1\" "
                     "INPUTS said.txt r.xml REPORTS out.xml)\n").configure()
        printed = [tree.run("build", status=1), tree.run("build", "-v", status=1), tree.cicd("logs", "app/build")]
        blank = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x85, 0xa0, 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029, 0x202f, 0x205f, 0x3000)))
        for done in printed:
            self.assertIn("add-mask", done.all)
            for line in (done.stdout + done.stderr).splitlines():
                self.assertFalse(line.lstrip(blank).startswith("::"), ascii(line))
                self.assertNotRegex(line, r"##[a-z]*\[")


if __name__ == "__main__":
    unittest.main()
