"""What a step's key knows beside its inputs: CMake's targets, links, the platform, programs that nobody named; and what holds a deploy back."""

import os
import unittest

import harness

APP = "add_executable(app IMPORTED GLOBAL)\nset_target_properties(app PROPERTIES IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/app)\n"
IMAGE = ("pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)\npipeline_service(app api PORT 8080)\n"
         "pipeline_environment(app stage ON branch main VIA gitops)\n")


class Keys(harness.Case):
    def other(self, tree, name="other", **env):
        other = harness.Tree(tree.root, build=name, home=tree.home)
        other.env.update(env)
        other.configure()
        return other

    # ---- what a name means ----

    def test_a_step_named_test_or_scan_that_fails_lets_nothing_through(self):
        for name in ("test", "scan"):
            for images in (IMAGE, "pipeline_environment(app stage ON branch main VIA gitops)\n"):
                with self.subTest(name, images=images):
                    tree = self.tree(name=f"{name}{len(images)}")
                    tree.write("in.txt", "one")
                    tree.declare("add_pipeline(app)\npipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt)\n"
                                 f"pipeline_step(app {name} COMMAND false INPUTS in.txt AFTER build)\n{images}")
                    tree.commit()
                    tree.configure()
                    tree.run("deploy-stage", status=1)
                    self.assertEqual(tree.outcomes()[f"app/{name}"], "failed")
                    self.assertEqual(tree.outcomes()["app/deploy-stage"], "not-run")
                    self.assertEqual(tree.commits(), 0)

    # ---- what CMake makes ----

    def made_by_cmake(self, step, made="app", **how):
        tree = self.tree(**how)
        tree.write("in.txt", "in")
        tree.declare(f"{APP}add_pipeline(app)\n{step}")
        tree.configure()
        (tree.build / made).write_text("old")
        (tree.build / made).chmod(0o755)
        tree.run("app/o")
        self.assertEqual(tree.outcomes(), {"app/o": "ran"})
        tree.run("app/o")
        self.assertEqual(tree.outcomes(), {"app/o": "up-to-date"})
        (tree.build / made).write_text("new")
        self.assertIn(f"{made} changed", tree.reasons("app/o", "app/o"))
        tree.run("app/o")
        self.assertEqual(tree.outcomes(), {"app/o": "ran"})
        return tree

    def test_a_file_that_a_generator_expression_names_is_part_of_the_key(self):
        tree = self.made_by_cmake("pipeline_step(app o COMMAND cp $<TARGET_FILE:app> out INPUTS in.txt OUTPUTS out)\n")
        self.assertEqual((tree.work("app/o") / "out").read_text(), "new")

    def test_and_in_a_line_for_the_shell_or_a_variable(self):
        for number, how in enumerate(("SHELL \"cat '$<TARGET_FILE:app>'|tee out\"", "SHELL \"cp \\\"$APP\\\" out\" ENV APP=$<TARGET_FILE:app>",
                                      "COMMAND dd if=$<TARGET_FILE:app> of=out")):
            with self.subTest(how):
                self.made_by_cmake(f"pipeline_step(app o {how} INPUTS in.txt OUTPUTS out)\n", name=f"t{number}")

    def test_the_file_of_a_target_that_a_step_depends_on_is_part_of_the_key(self):
        self.made_by_cmake("pipeline_step(app o COMMAND true INPUTS in.txt DEPENDS app)\n")

    # ---- the platform and what nobody named ----

    def test_another_architecture_is_another_key(self):
        tree = self.tree("add_pipeline(app)\npipeline_step(app o COMMAND uname -m INPUTS CMakeLists.txt)\n")
        tree.run("app/o")
        other = self.other(tree)
        done = other.call([harness.tool("setarch"), "i686", other.launcher, "run", "app/o"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertEqual(other.outcomes(), {"app/o": "ran"})
        third = self.other(tree, "third")
        third.run("app/o")
        self.assertEqual(third.outcomes(), {"app/o": "reused"})

    def compilers(self):
        for name in ("a", "b"):
            folder = self.folder / name
            folder.mkdir()
            (folder / "mycc").write_text(f"#!/bin/sh\necho {name}\n")
            (folder / "mycc").chmod(0o755)
        return {name: f"{self.folder / name}:{os.environ['PATH']}" for name in ("a", "b")}

    def test_what_a_script_starts_is_not_taken_from_where_another_was_started(self):
        paths = self.compilers()
        for number, step in enumerate(("COMMAND sh build.sh INPUTS build.sh", "COMMAND ./build.sh INPUTS build.sh", 'SHELL "mycc > out.txt" INPUTS build.sh')):
            for tools in ("", "TOOLS mycc"):
                with self.subTest(step, tools=tools):
                    tree = self.tree(name=f"t{number}{len(tools)}")
                    tree.write("build.sh", "#!/bin/sh\nmycc > out.txt\n", 0o755)
                    tree.declare(f"add_pipeline(app)\npipeline_step(app k {step} {tools} OUTPUTS out.txt)\n")
                    tree.configure()
                    first = tree.run("app/k", env={"PATH": paths["a"]})
                    self.assertEqual("TOOLS names them" in first.stdout, not tools, "it is told so")
                    other = self.other(tree, PATH=paths["b"])
                    other.run("app/k")
                    self.assertEqual((other.work("app/k") / "out.txt").read_text(), "b\n")
                    third = self.other(tree, "third", PATH=paths["a"])
                    third.run("app/k")
                    self.assertEqual(third.outcomes(), {"app/k": "reused"})

    def test_a_step_is_told_once_that_its_programs_are_not_known(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app k SHELL "echo $A" INPUTS CMakeLists.txt PASS_ENV A)\n'
                         'pipeline_step(app l SHELL "echo $A" INPUTS CMakeLists.txt PASS_ENV A)\npipeline_step(app m COMMAND cp --version INPUTS CMakeLists.txt)\n')
        first = tree.run("app/k", "app/l", "app/m")
        self.assertEqual(first.stdout.count("TOOLS names them"), 1, first.stdout)
        self.assertIn("1 more step", first.stdout)
        self.assertNotIn("TOOLS", tree.run("app/k", "app/l", env={"A": "1"}).stdout)

    # ---- links ----

    def test_what_a_link_among_the_inputs_leads_to_is_part_of_the_key(self):
        tree = self.tree()
        outside = self.folder / "conf"
        outside.write_text("one")
        (tree.source / "src").mkdir()
        (tree.source / "src/conf.txt").symlink_to(outside)
        tree.declare("add_pipeline(app)\npipeline_step(app o COMMAND cp -L src/conf.txt out INPUTS src/** OUTPUTS out)\n").configure()
        tree.run("app/o")
        outside.write_text("two")
        self.assertEqual(tree.reasons("app/o", "app/o"), ["src/conf.txt changed"])
        tree.run("app/o")
        self.assertEqual((tree.work("app/o") / "out").read_text(), "two")

    def test_a_link_that_cannot_be_followed_from_a_step_s_folder_is_refused_before_anything_runs(self):
        (self.folder / "conf").write_text("one")
        for number, target in enumerate(("../../../conf", "/usr", "../../..")):
            with self.subTest(target):
                tree = self.tree(name=f"t{number}")
                (tree.source / "src").mkdir()
                (tree.source / "src/link").symlink_to(target)
                tree.declare("add_pipeline(app)\npipeline_step(app o COMMAND true INPUTS src/**)\n").configure()
                for command in ("plan", "run"):
                    done = tree.cicd(command, "app/o", status=2)
                    for words in ("app/o: an input is a link that leads out of the source folder", "src/link", f"leads to: {target}", "EXCLUDE src/link"):
                        self.assertIn(words, " ".join(done.stderr.split()).replace("leads to: ", "leads to: "))
                tree.declare("add_pipeline(app)\npipeline_step(app o COMMAND true INPUTS src/** CMakeLists.txt EXCLUDE src/link)\n").configure()
                tree.run("app/o")

    def test_a_link_to_what_is_no_input_is_told_of(self):
        tree = self.tree()
        for name in ("src/a.txt", "b.txt"):
            tree.write(name, "text")
        (tree.source / "src/good").symlink_to("a.txt")
        (tree.source / "src/bad").symlink_to("../b.txt")
        tree.declare("add_pipeline(app)\npipeline_step(app o COMMAND ls src INPUTS src/**)\n").configure()
        done = tree.run("app/o")
        self.assertIn("the link 'src/bad' leads to '../b.txt', which is not an input", done.stdout)
        self.assertNotIn("src/good", done.stdout)

    def test_what_comes_back_from_the_cache_is_never_written_through_a_link(self):
        tree = self.tree()
        tree.write("assets/logo.txt", "of the person")
        tree.write("kind", "folder")
        tree.declare('add_pipeline(app)\npipeline_step(app o SHELL "mkdir -p out; echo made > out/logo.txt" INPUTS kind OUTPUTS out/logo.txt)\n').configure()
        tree.run("app/o")
        work = tree.work("app/o")
        (work / "out/logo.txt").unlink()
        (work / "out").rmdir()
        (work / "out").symlink_to(tree.source / "assets")
        tree.run("app/o")
        self.assertEqual(tree.outcomes(), {"app/o": "reused"})
        self.assertEqual((tree.source / "assets/logo.txt").read_text(), "of the person")
        self.assertFalse((work / "out").is_symlink())
        self.assertEqual((work / "out/logo.txt").read_text(), "made\n")

    def test_an_image_is_never_written_through_a_link_that_a_step_made(self):
        tree = self.tree()
        tree.write("assets/index.json", "of the person")
        tree.write("in.txt", "one")
        tree.declare("add_pipeline(app)\npipeline_step(app build COMMAND ln -s ${CMAKE_SOURCE_DIR}/assets layout INPUTS in.txt OUTPUTS layout)\n"
                     "pipeline_image(app BASE scratch FILES in.txt=/in.txt ENTRYPOINT /in.txt)\n").configure()
        tree.run("app.image")
        self.assertEqual([path.name for path in (tree.source / "assets").iterdir()], ["index.json"])
        self.assertEqual((tree.source / "assets/index.json").read_text(), "of the person")
        self.assertTrue((tree.work("app/image") / "layout/oci-layout").is_file())

    # ---- rights ----

    def test_an_image_is_the_same_under_any_umask_and_files_obey_it(self):
        digests, first = set(), None
        for mask in (0o077, 0o022, 0):
            tree = self.tree(name=f"m{mask}")
            tree.write("in.txt", "one", 0o644)
            tree.write("conf/deep/a", "a", 0o644)
            tree.declare('add_pipeline(app)\npipeline_step(app build SHELL "mkdir d; cp in.txt d/out.txt; echo run > d/run; chmod +x d/run; mkdir -p root/etc; cp d/* root/etc" INPUTS in.txt OUTPUTS d/ root/)\n'
                         "pipeline_image(app BASE rootfs:root FILES d=/app conf=/conf ENTRYPOINT /app/run)\n")
            tree.commit()
            tree.configure()
            done = tree.call([tree.launcher, "run", "app.image"], umask=mask)
            self.assertEqual(done.returncode, 0, done.all)
            digests.add((tree.work("app/image") / "layout/index.json").read_bytes())
            made = tree.work("app/build") / "d/out.txt"
            self.assertEqual(made.stat().st_mode & 0o777, 0o666 & ~mask if mask else 0o644, "what a step makes")
            self.assertEqual((tree.work("app/build") / "in.txt").stat().st_mode & 0o777, 0o644 & ~mask, "what is put into its folder")
            first = first or tree
        self.assertEqual(len(digests), 1)
        shared = harness.Tree(first.root, build="other", home=first.home)
        shared.configure()
        done = shared.call([shared.launcher, "run", "app.image"], umask=0o027)
        self.assertEqual(set(shared.outcomes().values()), {"reused"}, done.all)
        self.assertEqual((shared.work("app/build") / "d/out.txt").stat().st_mode & 0o777, 0o640)


if __name__ == "__main__":
    unittest.main(verbosity=2)
