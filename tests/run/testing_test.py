"""A pipeline's own tests, as examples/typed has them: built by both compilers against the archive beside the driver, green as they
are, red with the reason where the pipeline is wrong, and in the words of configure where it is refused."""

import shutil
import unittest
from pathlib import Path

import harness


class Testing(harness.Case):
    def example(self, name):
        tree = self.tree(name=name)
        shutil.copytree(Path(__file__).resolve().parents[2] / "examples/typed", tree.source, dirs_exist_ok=True)
        tree.source = tree.source / "orders"
        tree.write("make-runtime", "#!/bin/sh\n", 0o755)
        return tree

    def configured(self, tree, *words, status=0):
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={harness.package()}",
                          f"-Dacme_DIR={tree.source}/../acme", *words])
        self.assertEqual(done.returncode != 0, status != 0, done.all)
        return done

    def run_tests(self, tree):
        done = tree.call([harness.tool("cmake"), "--build", tree.build, "--target", "pipeline_test"])
        self.assertEqual(done.returncode, 0, done.all)
        return tree.call([tree.build / "pipeline_test"])

    def changed(self, tree, before, after):
        path = tree.source / "../acme/include/acme/java_service.hpp"
        text = path.read_text()
        self.assertIn(before, text)
        path.write_text(text.replace(before, after))

    def test_the_example_is_green_by_both_compilers_and_red_with_the_reason_where_the_pipeline_is_wrong(self):
        for compiler in ("g++", "clang++-14"):
            with self.subTest(compiler):
                tree = self.example(compiler)
                self.configured(tree, "-DPIPELINE_TESTS=ON", f"-DCMAKE_CXX_COMPILER={harness.tool(compiler)}")
                green = self.run_tests(tree)
                self.assertEqual(green.returncode, 0, green.all)
                self.changed(tree, '.pattern = "v*"', '.pattern = "release-*"')
                red = self.run_tests(tree)
                self.assertEqual(red.returncode, 1, red.all)
                self.assertIn("a_tag_deploys_to_prod_and_a_pull_request_never_does", red.stdout)
                self.assertIn("this environment follows another ref than the one checked out", red.stdout)

    def test_what_needs_no_ref_is_deployed_by_no_pull_request_either(self):
        tree = self.example("t")
        self.configured(tree, "-DPIPELINE_TESTS=ON")
        self.changed(tree, '.on = {.kind = ref_kind::tag, .pattern = "v*"},\n', "")
        self.changed(tree, ", .versions = version_rule::semantic", "")
        red = self.run_tests(tree)
        self.assertEqual(red.returncode, 1, red.all)
        self.assertIn("it has no ON, so that no event leads to it", red.stdout)
        self.assertNotRegex(red.stdout, r'deploys_to\("prod"\)\s+Actual: true')

    def test_a_refused_declaration_is_said_as_by_configure(self):
        tree = self.example("t")
        self.changed(tree, '.any = {"stage"}', '.any = {"stge"}')
        said = self.configured(tree, status=1).stderr
        block = said[said.index("cicd: error: "):].split("\n")[0]
        calls = (tree.source / "CMakeLists.txt").read_text()
        tree.write("CMakeLists.txt", calls.replace("add_pipeline(", "# add_pipeline("))
        self.configured(tree, "-DPIPELINE_TESTS=ON")
        red = self.run_tests(tree)
        self.assertEqual(red.returncode, 1, red.all)
        self.assertIn(block, red.stdout)
        self.assertRegex(red.stdout, r"did you mean: +stage")

    def test_the_archive_brings_neither_a_library_nor_a_header_of_one(self):
        tree = self.example("t")
        self.configured(tree, "-DPIPELINE_TESTS=ON")
        self.run_tests(tree)
        needed = tree.call(["readelf", "--dynamic", tree.build / "pipeline_test"]).stdout
        self.assertNotRegex(needed, r"NEEDED.*(crypto|ssl|boost|archive|sqlite|yaml)")
        read = tree.call([harness.tool("ninja"), "-C", tree.build, "-t", "deps", "CMakeFiles/pipeline_test.dir/pipeline_test.cpp.o"]).stdout
        self.assertIn("cicd/testing.hpp", read)
        self.assertNotRegex(read, r"/(boost|fmt|openssl)/")


if __name__ == "__main__":
    unittest.main()
