"""Steps that are functions of a C++ file, as processes of the real driver: what they are given and may do, how they fail, when they run
again, whose function is run, and what is refused."""

import json
import re
import signal
import time
import unittest

import harness

START = "#include <cicd/pipeline.hpp>\n#include <cstdio>\n#include <cstdlib>\n#include <stdexcept>\n#include <unistd.h>\nusing namespace cicd;\n"
IMAGE = '.images = {image{.base = "scratch", .files = {{.from = "in.txt", .to = "/in.txt"}}, .after = {}}}'


def pipeline(*steps, name="app", more=""):
    return f'{START}cicd::pipeline declare() {{\n  return {{.name = "{name}",\n          .steps = {{{", ".join(steps)}}}{more}}};\n}}\n'


def step(body, name="contract", options=""):
    """A step that is a function with this body; its options stand before the function."""
    return f'step{{.name = "{name}", .inputs = {{"in.txt"}}, {options}.run = [](step_context& step) {{ (void)step; {body} }}}}'


class TypedSteps(harness.Case):
    def by_cpp(self, source, calls="add_pipeline(app SOURCE pipeline.cpp)\n", name="t", file="pipeline.cpp", status=0, **files):
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.write(file, source)
        for path, text in files.items():
            tree.write(path.replace("__", "/").replace("_hpp", ".hpp"), text)
        tree.declare(calls)
        tree.said = tree.configure(status=status).stderr
        return tree

    def lines(self, tree, name="app/contract"):
        return tree.log(name).decode().splitlines()

    def refused(self, source, calls="add_pipeline(app SOURCE pipeline.cpp)\n", **how):
        return self.by_cpp(source, calls, status=2, **how).said

    # ---- what a function may do ----

    def test_it_runs_programs_in_the_folder_of_the_step_and_logs_and_makes_outputs(self):
        tree = self.by_cpp(pipeline(step(
            'step.execute({"cp", "in.txt", step.value("to")}); step.log("captured " + step.capture({"sh", "-c", "cat in.txt; echo; echo aside >&2"})); '
            'step.log(step.environment("LEVEL").value_or("none") + " " + step.environment("NOT_SET").value_or("none")); '
            'step.log(step.folder()); std::printf("printed %s\\n", step.value("both").c_str());',
            options='.outputs = {"out.txt"}, .env = {{"LEVEL", "info"}}, .check = true, .values = {{"to", "out.txt"}, {"both", "a=b {pipeline}"}}, ')))
        tree.run("app.contract")
        self.assertEqual(tree.outcomes(), {"app/contract": "ran"})
        self.assertEqual((tree.work("app/contract") / "out.txt").read_text(), "one")
        self.assertCountEqual(self.lines(tree), ["! aside", "| captured one", "| info none", f"| {tree.work('app/contract')}", "| printed a=b app"])
        tree.run("app.contract")
        self.assertEqual(tree.outcomes(), {"app/contract": "up-to-date"})
        self.assertIn("app.contract", tree.call([harness.tool("ctest"), "--test-dir", tree.build, "-N"]).stdout)
        said = tree.cicd("explain", "app.contract").stdout
        self.assertIn("RUN pipeline.cpp", said)
        self.assertRegex(said, r"VALUES to=out.txt \"both=a=b {pipeline}\"\n +pipeline.cpp:\d+, step contract")

    def test_it_is_told_of_the_images_that_it_comes_after(self):
        tree = self.by_cpp(pipeline(step(
            'step.execute({"test", "-f", step.image().layout + "/index.json"}); step.log(step.image("image").digest); step.log(step.value("same")); '
            'try { step.image("imge"); } catch (const std::invalid_argument& none) { step.log(none.what()); }',
            options='.after = {"image"}, .values = {{"same", "{image.digest}"}}, '), more=f",\n          {IMAGE}"))
        tree.run("app.contract")
        digest, same, *none = [line[2:] for line in self.lines(tree)]
        self.assertRegex(digest, "^sha256:[0-9a-f]{64}$")
        self.assertEqual(same, digest)
        self.assertEqual(none, ["the step comes AFTER no such image: 'imge'", "  did you mean: image", "  allowed:      image"])

    def test_a_program_that_fails_fails_the_step_with_its_words_its_status_and_its_last_lines(self):
        tree = self.by_cpp(pipeline(
            step('step.execute({"sh", "-c", "echo first; echo second >&2; exit 7", "name"});'),
            step('try { step.capture({"sh", "-c", "seq 30; exit 9"}); } catch (const command_failure& of) { step.log(std::to_string(of.status()) + of.what()); }', "caught"),
            step('step.capture({"sh", "-c", "echo captured; exit 9"});', "captured"),
            step('step.execute({"sh", "-c", "echo one >&2\\nexit 3"});', "lines"),
            step('step.execute({"./no-such-program"});', "none")))
        tree.run("app.lines", status=1)
        self.assertEqual(self.lines(tree, "app/lines"), ["! one", "! sh -c echo one >&2", "! exit 3: failed: exit status 3"])
        said = tree.run("app.contract", status=1).all
        self.assertIn("app/contract failed: exit status 1", said)
        self.assertCountEqual(self.lines(tree), ["| first", "! second", "! sh -c echo first; echo second >&2; exit 7 name: failed: exit status 7"])
        self.assertIn("--target app.contract", harness.note_in(said, "again"))
        tree.run("app.caught")
        first, *last = [line[2:] for line in self.lines(tree, "app/caught")]
        self.assertEqual(first, "9sh -c seq 30; exit 9: failed: exit status 9")
        self.assertEqual(last, [f"  {number}" for number in range(21, 31)])
        tree.run("app.captured", status=1)
        self.assertEqual(self.lines(tree, "app/captured"), ["! sh -c echo captured; exit 9: failed: exit status 9", "!   captured"])
        tree.run("app.none", status=1)
        self.assertEqual(self.lines(tree, "app/none"), ["! ./no-such-program: cannot be started: No such file or directory"])

    def test_an_exception_a_status_and_a_crash_are_what_they_are_of_a_command(self):
        tree = self.by_cpp(pipeline(step('throw std::runtime_error("no such suite");'), step("std::exit(3);", "status"),
                                    step('std::printf("before"); std::fflush(stdout); std::abort();', "crash"), step("throw 7;", "other")))
        self.assertIn("no such suite", tree.run("app.contract", status=1).all)
        self.assertIn("exit status 3", tree.run("app.status", status=1).all)
        self.assertRegex(tree.run("app.crash", status=1).all, r"app/crash failed: .*(signal 6|SIGABRT|[Aa]bort)")
        self.assertEqual(self.lines(tree, "app/crash")[0], "| before")
        self.assertIn("something else than a std::exception", tree.run("app.other", status=1).all)

    def test_a_value_that_is_not_there_is_told_with_the_nearest(self):
        tree = self.by_cpp(pipeline(step('step.value("suit");', options='.values = {{"suite", "orders"}, {"level", "x"}}, ')))
        tree.run("app.contract", status=1)
        self.assertEqual(self.lines(tree), ["! VALUES gives no such value: 'suit'", "!   did you mean: suite", "!   allowed:      suite, level"])

    # ---- the runner of any step ----

    def test_its_time_limit_its_secrets_and_its_reports_are_those_of_any_step(self):
        junit = '<testsuite name=\\"s\\"><testcase name=\\"adds\\" classname=\\"Sums\\"><failure message=\\"no\\"/></testcase></testsuite>'
        tree = self.by_cpp(pipeline(
            step('step.execute({"sleep", "600"});', options='.timeout = "1s", .grace = "1s", '),
            step('step.log("token " + *step.environment("TOKEN")); step.log("plain " + step.capture({"sh", "-c", "echo $TOKEN"}));', "secret",
                 '.secrets = {{"token"}}, '),
            step('step.capture({"sh", "-c", "printf $TOKEN; printf %8190s x; exit 1"});', "cut", '.secrets = {{"token"}}, '),
            step(f'step.execute({{"sh", "-c", "printf \'%s\' \'{junit}\' > report.xml; exit 1"}});', "report", '.reports = {"report.xml"}, '),
            more=',\n          .secrets = {secret{.name = "token", .pass_env = "MY_TOKEN"}}'))
        begin = time.monotonic()
        self.assertIn("timed out", tree.run("app.contract", status=1).all)
        self.assertLess(time.monotonic() - begin, 60)
        tree.run("app.secret", env={"MY_TOKEN": "hunter2-hunter2"})
        self.assertEqual(self.lines(tree, "app/secret"), ["| token ***", "| plain ***"])
        tree.run("app.cut", status=1, env={"MY_TOKEN": "hunter2-hunter2"})
        self.assertEqual(self.lines(tree, "app/cut")[1:], ["!   (a line of more than 8 KiB)"])
        self.assertIn("Sums.adds", tree.run("app.report", status=1).all)

    def test_what_it_started_ends_with_the_run(self):
        tree = self.by_cpp(pipeline(step('step.log("here"); step.execute({"sleep", "600"});')))
        run = tree.start(tree.launcher, "run", "app.contract")
        harness.until(lambda: [one for one in harness.bearers(tree.cookie) if b"sleep" in one[1]], what="the program")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(30), 130)
        self.assertEqual(harness.bearers(tree.cookie), [])

    def test_what_a_program_leaves_running_does_not_hold_it_up(self):
        tree = self.by_cpp(pipeline(step('step.execute({"sh", "-c", "sleep 600 & echo started"}); step.log("went on");')))
        tree.run("app.contract", timeout=60)
        self.assertEqual(self.lines(tree), ["| started", "| went on"])

    # ---- when it runs again ----

    def test_another_build_tree_takes_its_result_and_another_file_runs_it_again_and_says_so(self):
        source = pipeline(step('step.execute({"cp", "in.txt", "out.txt"});', options='.outputs = {"out.txt"}, '))
        tree = self.by_cpp(source)
        tree.run("app.contract")
        other = harness.Tree(tree.root, build="other", home=tree.home)
        other.configure()
        other.run("app.contract")
        self.assertEqual(other.outcomes(), {"app/contract": "reused"})
        tree.write("pipeline.cpp", source.replace("step.execute", 'step.log("new"); step.execute'))
        tree.configure()
        self.assertEqual(tree.reasons("app/contract", "app.contract"), ["pipeline.cpp changed"])
        tree.run("app.contract")
        self.assertIn("| new", self.lines(tree))
        self.assertEqual(tree.outcomes(), {"app/contract": "ran"})

    def test_another_value_runs_it_again(self):
        tree = self.by_cpp(pipeline(step("step.log(step.value(\"suite\"));", options='.values = {{"suite", "one"}}, ')),
                           "add_pipeline(app SOURCE pipeline.cpp)\npipeline_step(app contract VALUES level=low)\n")
        tree.run("app.contract")
        tree.declare("add_pipeline(app SOURCE pipeline.cpp)\npipeline_step(app contract VALUES level=high)\n")
        tree.configure()
        self.assertEqual(tree.reasons("app/contract", "app.contract"), ["the command changed"])

    def test_its_program_has_the_same_bytes_in_two_folders_with_a_company_s_headers_in_each(self):
        found = {}
        for compiler in ("g++", "clang++-14"):
            for folder in ("one", "another/deeper"):
                name = f"{compiler}/{folder}"
                company = self.tree(name=name, source="company")
                company.write("include/acme/steps.hpp", '#include <cicd/pipeline.hpp>\ninline cicd::step lint(std::string words) {\n'
                              '  return cicd::step{.name = "lint", .values = {{cicd::checked("words"), words}}, .run = [](cicd::step_context& step) { step.log(step.value("words")); }};\n}\n')
                tree = self.by_cpp('#include <acme/steps.hpp>\n' + pipeline('lint(cicd::checked("x").operator cicd::text().str())'),
                                   f'set(CICD_HOST_CXX {harness.tool(compiler)} CACHE STRING "" FORCE)\nadd_pipeline(app SOURCE pipeline.cpp INCLUDES {company.source}/include)\n', name=name)
                self.assertIn("company/include/acme/steps.hpp:3, step lint", tree.cicd("explain", "app.lint").stdout)
                program = next(path for path in (tree.build / ".cicd/doors").iterdir() if path.name.startswith("pipeline-"))
                self.assertFalse(str(self.folder).encode() in program.read_bytes(), "the program holds the name of its folder")
                found.setdefault(compiler, set()).add(program.read_bytes())
        self.assertEqual({compiler: len(bytes_) for compiler, bytes_ in found.items()}, {"g++": 1, "clang++-14": 1})

    # ---- whose function ----

    def test_steps_of_one_name_in_several_pipelines_and_files_and_of_a_header_find_their_own_function(self):
        several = START + '#include "acme.hpp"\nstd::vector<cicd::pipeline> declare() {\n  std::vector<cicd::pipeline> all;\n' \
            '  for (const std::string name : {"one", "two"})\n' \
            '    all.push_back({.name = checked(name), .steps = {step{.name = "contract", .values = {{"of", name}}, .run = [](step_context& step) { step.log("of " + step.value("of")); }}, acme_lint()}});\n' \
            '  return all;\n}\n'
        header = '#pragma once\ninline cicd::step acme_lint() { return cicd::step{.name = "lint", .run = [](cicd::step_context& step) { step.log("the company\'s"); }}; }\n'
        tree = self.by_cpp(several, "add_pipelines(SOURCE pipelines.cpp)\nadd_pipeline(app SOURCE pipeline.cpp)\n", file="pipelines.cpp",
                           acme_hpp=header, **{"pipeline.cpp": pipeline(step('step.log("of app");'))})
        tree.run("one.contract", "two.contract", "app.contract", "one.lint")
        self.assertEqual({name: self.lines(tree, name) for name in tree.outcomes()},
                         {"one/contract": ["| of one"], "two/contract": ["| of two"], "app/contract": ["| of app"], "one/lint": ["| the company's"]})

    def test_a_call_changes_what_it_names_of_such_a_step_before_or_behind_and_a_command_replaces_the_function(self):
        source = pipeline(step('step.log(step.value("suite") + " " + step.value("level") + " " + *step.environment("LEVEL"));',
                               options='.env = {{"LEVEL", "info"}}, .timeout = "5m", .values = {{"suite", "orders"}, {"level", "low"}}, '))
        door, change = "add_pipeline(app SOURCE pipeline.cpp)\n", "pipeline_step(app contract VALUES level=high ENV LEVEL=debug TIMEOUT 1m)\n"
        for name, calls in (("behind", door + change), ("before", change + door)):
            tree = self.by_cpp(source, calls, name=name)
            tree.run("app.contract")
            self.assertEqual(self.lines(tree), ["| orders high debug"], name)
            said = tree.cicd("explain", "app.contract").stdout
            self.assertRegex(said, r"TIMEOUT 1m\n +CMakeLists.txt")
            self.assertRegex(said, r"RUN pipeline.cpp\n +pipeline.cpp:\d+, step contract")
        tree = self.by_cpp(source, door + "pipeline_step(app contract COMMAND echo other)\n", name="replaced")
        tree.run("app.contract")
        self.assertEqual(self.lines(tree), ["| other"])
        twice = self.refused(source, door + change + change, name="twice")
        self.assertIn("the step is declared twice: 'contract'", twice)

    # ---- what is refused ----

    def test_what_is_wrong_in_the_declaration_is_said_with_its_line(self):
        plain = 'step{.name = "contract", '
        function = ".run = [](step_context&) {}"
        for name, declared, said in (
                ("both", f'{plain}.command = {{"true"}}, {function}}}', "COMMAND and RUN exclude each other"),
                ("line", f'{plain}.shell = "true", {function}}}', "SHELL and RUN exclude each other"),
                ("neither", plain + '.timeout = "1m"}', "COMMAND is missing"),
                ("values", plain + '.command = {"true"}, .values = {{"suite", "x"}}}', "VALUES needs RUN"),
                ("twice", plain + '.values = {{"suite", "x"}, {"suite", "y"}}, ' + function + "}", "'suite=y'"),
                ("placeholder", plain + '.values = {{"suite", "{program}"}}, ' + function + "}", "{program}"),
                ("image", plain + '.values = {{"suite", "{image.digest}"}}, ' + function + "}", "image.digest"),
                ("null", plain + ".run = nullptr}", "COMMAND is missing")):
            with self.subTest(name):
                block = self.refused(pipeline(declared), name=name).split("cicd: error: ", 1)[1]
                self.assertIn("app/contract: ", block)
                self.assertIn(said, block)
                self.assertRegex(block, r"declared at: +pipeline.cpp:\d+, step contract")
        said = self.refused(pipeline(step("")), "add_pipeline(app SOURCE pipeline.cpp)\npipeline_step(app more RUN pipeline.cpp)\n", name="cmake")
        self.assertIn("RUN has no meaning outside of a C++ file", said)

    def test_a_capture_does_not_compile_and_what_is_allowed_is_said(self):
        for compiler in ("g++", "clang++-14"):
            with self.subTest(compiler):
                calls = f'set(CICD_HOST_CXX {harness.tool(compiler)} CACHE STRING "" FORCE)\nadd_pipeline(app SOURCE pipeline.cpp)\n'
                source = START + 'cicd::pipeline declare() {\n  const std::string suite = "orders";\n  return {.name = "app",\n' \
                    '          .steps = {step{.name = "contract", .run = [suite](step_context& step) { step.log(suite); }}}};\n}\n'
                words, block = self.refused(source, calls, name=compiler).split("cicd: error: ", 1)
                self.assertIn("a_step_runs_a_function_of_step_context_without_captures_what_it_needs_goes_into_values", words)
                self.assertRegex(block, r"^pipeline.cpp:10:\d+: step.run is not a function without captures\n +allowed: .*\n +try: +\.values = ")

    def test_a_program_that_is_gone_or_another_is_told_with_the_command_that_configures(self):
        tree = self.by_cpp(pipeline(step("")))
        program = next(path for path in (tree.build / ".cicd/doors").iterdir())
        program.write_bytes(program.read_bytes() + b"x")
        self.assertIn("is another than declared it", tree.run("app.contract", status=2).all)
        program.unlink()
        said = tree.run("app.contract", status=2).all
        self.assertIn("app/contract: the program that runs the step's function is not there", said)
        self.assertEqual(harness.note_in(said, "try"), f"cmake {tree.build}")
        tree.configure()
        tree.run("app.contract")

    def test_a_declaration_that_depends_on_where_it_runs_is_told(self):
        tree = self.by_cpp(START + 'cicd::pipeline declare() {\n  if (std::getenv("CICD_FOLDER") != nullptr) return {.name = "app"};\n'
                           f'  return {{.name = "app", .steps = {{{step("")}}}}};\n}}\n')
        self.assertIn("declare() gives no function for this step any more", tree.run("app.contract", status=1).all)

    def test_a_file_or_a_header_that_changed_since_cmake_configured_stops_plan_and_run(self):
        tree = self.by_cpp('#include "shared.hpp"\n' + pipeline(step("step.log(WORDS);"), 'step{.name = "plain", .command = {"true"}}'),
                           shared_hpp='#define WORDS "old"\n')
        tree.run("app.contract")
        tree.write("shared.hpp", '#define WORDS "new"\n')
        for words in (("run", "app.contract"), ("run", "app.plain"), ("plan",)):
            said = tree.cicd(*words, status=2).all
            self.assertIn("the declaration has changed since CMake configured", said)
            self.assertIn("shared.hpp", said)
            self.assertEqual(harness.note_in(said, "try"), f"cmake {tree.build}")
        tree.cicd("explain", "app.contract")
        tree.make("app.contract")  # configures again by itself
        self.assertEqual(self.lines(tree), ["| new"])
        (tree.source / "shared.hpp").unlink()
        self.assertIn("the file is not there any more", tree.run("app.contract", status=2).all)

    def test_a_plan_has_it_as_any_step(self):
        tree = self.by_cpp(pipeline(step("", options='.stage = step_stage::test, ')))
        self.assertEqual([(one["step"], one["decision"]) for one in tree.plan("app.contract")["steps"]], [("app/contract", "run")])
        self.assertIn("app/contract", tree.cicd("plan", "app.contract").stdout)
        self.assertNotIn(str(tree.build), json.dumps(tree.plan("app.contract")))
        done = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "--output-on-failure"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertTrue(re.search(r"app\.test .*Passed", done.stdout), done.all)


if __name__ == "__main__":
    unittest.main()
