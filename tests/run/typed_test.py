"""Pipelines that a C++ file declares, compiled by the real compiler when CMake configures: the same as through CMake's calls, compiled
again only where something changed, and each way in which it can go wrong."""

import os
import re
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

import harness

BY_CMAKE = """
add_pipeline(app IMAGE services/app LABELS team=checkout)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build TIMEOUT 5m)
pipeline_step(app lint COMMAND echo AFTER ENVS \\\\RELEASE "\\\\;" "a b" "" AFTER build ENV LEVEL=info RETRIES 2 CHECK)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt USER 10001)
pipeline_service(app api PORT 8080 REPLICAS 4..20 CPU 500m HOST app.example.com READY /health
  SECRET_ENV DATABASE_URL=app-db/url)
pipeline_service(app api IN stage REPLICAS 1)
pipeline_cron_job(app close SCHEDULE "0 6 * * 1-5" TIME_ZONE Europe/Berlin COMMAND /app/out.txt close)
pipeline_container(app proxy OF api ROLE sidecar IMAGE registry.example.com/proxy@sha256:{digest} CPU 50m MEMORY 64Mi)
pipeline_environment(app stage ON branch main VIA gitops)
pipeline_environment(app prod ON tag "v*" FROM stage VIA gitops)
pipeline_release(app BRANCHES main VERSIONS semantic)
""".replace("{digest}", "a" * 64).replace("echo AFTER ENVS", "echo \\\\AFTER \\\\ENVS")

BY_CPP = """#include <cicd/pipeline.hpp>

#include <cstdio>

using namespace cicd;

pipeline declare() {
  std::puts("a word on standard output");
  return {
      .name = "app",
      .image = "services/app",
      .labels = {{.key = "team", .value = "checkout"}},
      .steps = {step{.name = "build",
                     .command = {"cp", "in.txt", "out.txt"},
                     .inputs = {"in.txt"},
                     .outputs = {"out.txt"},
                     .timeout = "5m",
                     .stage = step_stage::build},
                step{.name = "lint",
                     .command = {"echo", "AFTER", "ENVS", "\\\\RELEASE", ";", "a b", text()},
                     .after = {"build"},
                     .env = {{.name = "LEVEL", .value = "info"}},
                     .retries = 2,
                     .check = true}},
      .images = {image{.base = "scratch",
                       .files = {{.from = "out.txt", .to = "/app/out.txt"}},
                       .entrypoint = {"/app/out.txt"},
                       .user = 10001u}},
      .services = {service{.name = "api",
                           .port = 8080,
                           .replicas = "4..20",
                           .host = {"app.example.com"},
                           .ready = "/health",
                           .secret_env = {{.name = "DATABASE_URL", .secret = "app-db", .key = "url"}},
                           .cpu = "500m"},
                   service{.name = "api", .in = {"stage"}, .replicas = "1"}},
      .cron_jobs = {cron_job{.name = "close",
                             .schedule = "0 6 * * 1-5",
                             .time_zone = "Europe/Berlin",
                             .command = {"/app/out.txt", "close"}}},
      .containers = {container{.name = "proxy",
                               .of = {"api"},
                               .role = container_role::sidecar,
                               .image = "registry.example.com/proxy@sha256:{digest}",
                               .cpu = "50m",
                               .memory = "64Mi"}},
      .environments = {environment{.name = "stage",
                                   .on = {.kind = ref_kind::branch, .pattern = "main"},
                                   .via = deploy_way::gitops},
                       environment{.name = "prod",
                                   .on = {.kind = ref_kind::tag, .pattern = "v*"},
                                   .from = {{.any = {"stage"}}},
                                   .via = deploy_way::gitops}},
      .releases = {release{.branches = {"main"}, .versions = version_rule::semantic}}};
}
""".replace("{digest}", "a" * 64)

SMALL = '''#include <cicd/pipeline.hpp>
#include "shared.hpp"
cicd::pipeline declare() {
  return {.name = "app", .steps = {cicd::step{.name = "lint", .command = {"true", LEVEL}}}};
}
'''


class Typed(harness.Case):
    def by_cpp(self, source, calls="add_pipeline(app SOURCE pipeline.cpp)\n", name="t", file="pipeline.cpp"):
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.write(file, source)
        tree.declare(calls)
        return tree

    def refused(self, source, calls="add_pipeline(app SOURCE pipeline.cpp)\n", **how):
        tree = self.by_cpp(source, calls, **how)
        return tree.configure(status=2).stderr

    def counted(self, tree):
        """A compiler that notes what it compiles."""
        log = self.folder / "compiled.txt"
        compiler = tree.write("../compiler", f'#!/bin/sh\nfor word; do case $word in *.cpp) echo "$word" >> {log} ;; esac; done\nexec g++ "$@"\n', 0o755)
        tree.declare(f'set(CICD_HOST_CXX {compiler} CACHE STRING "" FORCE)\n' + "add_pipeline(app SOURCE pipeline.cpp)\n")
        return lambda: len(log.read_text().split()) if log.exists() else 0

    def test_the_same_pipeline_by_cmake_and_by_cpp_gives_the_same_targets_and_the_same_plan(self):
        cmake, cpp = self.by_cpp("", BY_CMAKE, name="cmake"), self.by_cpp(BY_CPP, name="cpp")
        for tree in (cmake, cpp):
            tree.commit()
            said = tree.configure()
        self.assertIn("a word on standard output", said.stderr)
        self.assertEqual((cmake.build / ".cicd/targets.cmake").read_bytes(), (cpp.build / ".cicd/targets.cmake").read_bytes())
        plans = [tree.cicd("plan", "--json").stdout.replace(str(tree.root / tree.source.name), "") for tree in (cmake, cpp)]
        self.assertEqual(plans[0].replace("pipeline.cpp", ""), plans[1].replace("pipeline.cpp", ""))
        cpp.run("app.build")
        self.assertEqual(cpp.outcomes(), {"app/build": "ran"})

    def test_the_doctor_says_which_compiler_it_takes_and_that_one_is_too_old(self):
        compiler = self.folder / "c++"
        compiler.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then cat {self.folder}/version; else exec {harness.tool("g++")} "$@"; fi\n')
        compiler.chmod(0o755)
        version = self.folder / "version"
        version.write_text("c++ (Debian 12.2.0-14) 12.2.0\n")
        tree = self.by_cpp(SMALL.replace('#include "shared.hpp"\n', "").replace("LEVEL", '"x"'),
                           f'set(CICD_HOST_CXX {compiler} CACHE STRING "" FORCE)\nadd_pipeline(app SOURCE pipeline.cpp)\n')
        tree.configure()
        self.assertIn(f"ok      compiler: 12.2.0, {compiler}: C++ files of pipelines\n", tree.cicd("doctor", status=None).stdout)
        version.write_text("c++ (Debian 11.4.0-1) 11.4.0\n")
        shown = tree.cicd("doctor", status=1).stdout
        self.assertIn(f"problem compiler: {compiler} is 11.4.0, and C++ files of pipelines need g++ 12 or later\n", shown)
        self.assertIn(f"try: apt-get install g++-12 && cmake -DCICD_HOST_CXX=g++-12 {tree.build}\n", shown)
        compiler.unlink()
        self.assertRegex(tree.cicd("doctor", status=1).stdout, r"problem compiler: not a C\+\+ compiler: .*\n +try: set CICD_HOST_CXX to the path of one\n")

    def test_it_is_extended_by_calls_and_what_both_declare_is_refused_with_both_places(self):
        source = SMALL.replace('#include "shared.hpp"\n', "").replace("LEVEL", '"x"')
        tree = self.by_cpp(source, "add_pipeline(app SOURCE pipeline.cpp)\npipeline_step(app more COMMAND true)\n")
        tree.configure()
        self.assertEqual({one["step"] for one in tree.plan()["steps"]}, {"app/lint", "app/more"})
        self.assertIn("pipeline.cpp:3, step lint", tree.cicd("explain", "app.lint").stdout)
        twice = self.refused(source, "add_pipeline(app SOURCE pipeline.cpp)\npipeline_step(app lint COMMAND true)\n", name="twice")
        self.assertIn("the step is declared twice: 'lint'", twice)
        self.assertIn("CMakeLists.txt:6", twice)
        self.assertIn("pipeline.cpp:3, step lint", twice)

    def test_one_loop_declares_twelve_services_and_a_thousand_pipelines_are_no_matter(self):
        loop = """#include <cicd/pipeline.hpp>
std::vector<cicd::pipeline> declare() {
  std::vector<cicd::pipeline> all;
  for (int at = 0; at < COUNT; ++at)
    all.push_back({.name = cicd::checked("app-" + std::to_string(at)), .steps = {cicd::step{.name = "test", .command = {"true"}}}});
  return all;
}
"""
        for count in (12, 1000):
            tree = self.by_cpp(loop.replace("COUNT", str(count)), "add_pipelines(SOURCE pipelines.cpp)\n", name=f"n{count}", file="pipelines.cpp")
            tree.configure()
            self.assertEqual((tree.build / ".cicd/targets.cmake").read_text().count(".test]"), count * 2)

    def test_it_is_compiled_again_only_where_a_file_that_it_includes_changed(self):
        tree = self.by_cpp(SMALL)
        tree.write("shared.hpp", '#define LEVEL "one"\n')
        compiled = self.counted(tree)
        tree.configure()
        self.assertEqual(compiled(), 1)
        tree.configure()
        other = harness.Tree(tree.root, build="other", home=tree.home)
        other.env.update(tree.env)
        other.configure()
        self.assertEqual(compiled(), 1)
        tree.write("shared.hpp", '#define LEVEL "two"\n')
        tree.make("app.lint")  # configures again by itself
        self.assertEqual(compiled(), 2)
        self.assertIn("two", tree.cicd("explain", "app.lint").stdout)
        tree.make("app.lint")
        self.assertEqual(compiled(), 2)

    def test_what_does_not_compile_says_the_words_of_the_compiler_and_then_ours(self):
        start, end = "#include <cicd/pipeline.hpp>\n", "{.name = \"app\"};\n}\n"
        one = "cicd::pipeline declare() {\n  return " + end
        for name, source, theirs, ours in (
                ("header", start + "#include <acme/service.hpp>\n" + one, "acme/service.hpp", "a header is not there"),
                ("none", start + "namespace acme {\n" + one + "}\n", "undefined reference", "does not define declare()"),
                ("type", start + "std::vector<cicd::pipeline> declare() { return {}; }\n", "declare", "returns another type"),
                ("link", start + "int other();\ncicd::pipeline declare() { other(); return " + end, "undefined reference", "cannot be linked")):
            with self.subTest(name):
                said = self.refused(source, name=name)
                self.assertIn("cicd: error: app: pipeline.cpp", said)
                words, block = said.split("cicd: error: ", 1)
                self.assertIn(theirs, words)
                self.assertIn(ours, block)
                self.assertIn("declared at: CMakeLists.txt:5", re.sub(" +", " ", block))

    def test_wrong_values_and_fields_are_said_as_of_cmake_behind_the_words_of_both_compilers(self):
        source = """#include <cicd/pipeline.hpp>
using namespace cicd;
pipeline declare() {
  return {.name = "app",
          .services = {service{.name = "api", .replcas = "2"}},
          .cron_jobs = {cron_job{.name = "close", .schedule = "75 * * * *"}}};
}
"""
        for compiler in ("g++", "clang++-14"):
            with self.subTest(compiler):
                calls = f'set(CICD_HOST_CXX {harness.tool(compiler)} CACHE STRING "" FORCE)\nadd_pipeline(app SOURCE pipeline.cpp)\n'
                said = self.refused(source, calls, name=compiler)
                words, block = said.split("cicd: error: ", 1)
                self.assertIn("a_schedule_has_five_fields_minute_hour_day_month_weekday", words)
                self.assertRegex(block, r"pipeline.cpp:6:\d+: cron_job.schedule: '75 \* \* \* \*'\n +allowed: ")
                self.assertRegex(block, r"pipeline.cpp:5:\d+: service has no such field: 'replcas'\n +did you mean: replicas")
                order = self.refused("#include <cicd/pipeline.hpp>\ncicd::pipeline declare() {\n  return {.steps = {}, .name = \"app\"};\n}\n",
                                     calls, name=compiler + "-order")
                self.assertIn("a field stands behind one that comes later in the struct: ", order)

    def test_a_text_of_run_time_goes_through_checked_alone(self):
        for compiler in ("g++", "clang++-14"):
            for name, value in (("from", 'quantity::from("512Mb")'), ("string", 'std::string("512Mi")')):
                with self.subTest(compiler=compiler, value=value):
                    said = self.refused("#include <cicd/pipeline.hpp>\nusing namespace cicd;\npipeline declare() {\n"
                                        f'  return {{.name = "app", .services = {{service{{.name = "api", .memory = {value}}}}}}};\n}}\n',
                                        f'set(CICD_HOST_CXX {harness.tool(compiler)} CACHE STRING "" FORCE)\nadd_pipeline(app SOURCE pipeline.cpp)\n',
                                        name=compiler + name)
                    self.assertRegex(said, r"pipeline\.cpp:4:\d+: error: .*checked\(text\) takes a text of run time")

    def test_what_does_not_tell_its_pipelines_says_why(self):
        for name, body, theirs, ours in (
                ("throws", 'throw std::runtime_error("no such region")', "declare() threw an exception: no such region", "gives no pipelines"),
                ("crashes", "std::abort()", "", "crashes: "),
                ("exits", "std::exit(0)", "", "ended the program before declare() returned"),
                ("empty", "return {}", "", "its name is empty"),
                ("other", 'return {.name = "billing"}', "", "declares a pipeline of another name: 'billing'")):
            with self.subTest(name):
                said = self.refused("#include <cicd/pipeline.hpp>\n#include <cstdlib>\n#include <stdexcept>\n"
                                    f"cicd::pipeline declare() {{\n  {body};\n}}\n", name=name)
                self.assertIn(theirs, said)
                self.assertIn(ours, said)

    def test_a_file_that_reads_the_clock_or_variables_is_found_by_running_it_again(self):
        body = "#include <cicd/pipeline.hpp>\n#include <cstdlib>\n#include <ctime>\nusing namespace cicd;\npipeline declare() {{\n  return {{.name = \"app\", .steps = {{step{{.name = \"lint\",\n    .command = {{\"echo\", {word}}}}}}}}};\n}}\n"
        for name, word in (("clock", "checked(std::to_string(std::time(nullptr)))"),
                           ("zone", "checked([] { std::time_t at = 0; return std::to_string(std::localtime(&at)->tm_hour); }())"),
                           ("variable", 'checked(std::getenv("TIER") ? "many" : "one")'),
                           ("good", '"one"')):
            with self.subTest(name):
                tree = self.by_cpp(body.format(word=word), name=name)
                tree.env["TIER"] = "1"
                tree.configure()
                time.sleep(1 if name == "clock" else 0)
                tested = subprocess.run([harness.tool("ctest"), "--test-dir", tree.build, "-R", "^cicd.declarations$", "-V"], env=tree.env, capture_output=True, text=True)
                self.assertEqual(tested.returncode, 0 if name == "good" else 8, tested.stdout)
                self.assertIn("100% tests passed" if name == "good" else "pipeline.cpp declares something else when it is run again, later and with other variables: "
                              "'step lint, line 7: app lint COMMAND echo", tested.stdout)

    def test_an_interrupt_while_cmake_configures_ends_the_compiler(self):
        tree = self.by_cpp(BY_CPP)
        note = self.folder / "compiler.pid"
        compiler = tree.write("../compiler", f'#!/bin/sh\n[ "$1" = --version ] && exec g++ --version\necho $$ > {note}\nexec sleep 600\n', 0o755)
        tree.declare(f'set(CICD_HOST_CXX {compiler} CACHE STRING "" FORCE)\nadd_pipeline(app SOURCE pipeline.cpp)\n')
        configure = subprocess.Popen([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, f"-Dcicd_DIR={harness.package()}"], env=tree.env,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.addCleanup(configure.kill)
        harness.until(lambda: note.exists() and note.read_text().strip(), 60, "the compiler")
        os.killpg(configure.pid, signal.SIGINT)
        said = configure.communicate(timeout=60)[0]
        self.assertNotEqual(configure.returncode, 0, said)
        harness.until(lambda: not Path(f"/proc/{note.read_text().strip()}").exists(), 20, "the end of the compiler")

    def test_a_static_object_that_ends_the_program_is_said(self):
        said = self.refused("#include <cicd/pipeline.hpp>\n#include <unistd.h>\nstruct last { ~last() { _exit(4); } } const at_the_end;\n"
                            "cicd::pipeline declare() { return {.name = \"app\"}; }\n")
        self.assertIn("declared its pipelines, but its program did not end well: exit status 4", said)

    def test_the_example_takes_the_function_of_a_package_with_its_headers(self):
        example = Path(__file__).resolve().parents[2] / "examples/typed"
        tree = self.tree(name="orders")
        shutil.copytree(example, tree.source, dirs_exist_ok=True)
        tree.source = tree.source / "orders"
        tree.write("make-runtime", "#!/bin/sh\n", 0o755)
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, f"-Dcicd_DIR={harness.package()}", f"-Dacme_DIR={tree.source}/../acme"])
        self.assertEqual(done.returncode, 0, done.all)
        said = tree.cicd("explain", "orders.api").stdout
        self.assertIn("REPLICAS 4..20", said)
        self.assertRegex(said, r"acme/java_service.hpp:\d+, service api")
        self.assertIn("VALUES suite=orders", tree.cicd("explain", "orders.contract").stdout)
        self.assertRegex(tree.cicd("explain", "orders.close-stale-orders").stdout, r"pipeline.cpp:\d+, cron job close-stale-orders")
        self.assertRegex(tree.cicd("explain", "orders.suite").stdout, r"DEFAULT orders\n +pipeline.cpp:\d+, setting suite")
        self.assertEqual(tree.call([harness.tool("cmake"), "-Dorders.suite=smoke", tree.build]).returncode, 0)
        self.assertIn("VALUES suite=smoke", tree.cicd("explain", "orders.contract").stdout)

    def test_a_declaration_that_changed_since_cmake_configured_changes_nothing_outside(self):
        tree = self.by_cpp(BY_CPP)
        tree.commit()
        tree.configure()
        tree.run("deploy-stage")
        tree.write("pipeline.cpp", BY_CPP.replace("4..20", "4..21"))
        tree.commit()
        refused = tree.run("deploy-stage", status=2)
        self.assertIn("pipeline.cpp", refused.all)


if __name__ == "__main__":
    unittest.main()
