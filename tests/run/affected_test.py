"""What a change reaches: `--affected` of plan and run, by keys and not by paths."""

import json
import os
import signal
import subprocess
import time
import unittest

import harness

LIB = r"""
add_pipeline(lib)
pipeline_step(lib build SHELL "grep -v '^#' lib.h > lib.txt" INPUTS lib.h OUTPUTS lib.txt STAGE build TOOLS grep)
"""
SERVICE = r"""
add_pipeline({name})
pipeline_step({name} build SHELL "cat lib.txt {name}.c > {name}.txt; sh tools/check.sh" AFTER lib/build INPUTS {name}.c tools/check.sh OUTPUTS {name}.txt STAGE build TOOLS cat)
pipeline_step({name} test COMMAND test -s {name}.txt AFTER build INPUTS tools/check.sh CHECK)
pipeline_image({name} BASE scratch FILES {name}.txt=/app/{name}.txt ENTRYPOINT /app/{name}.txt AFTER build)
pipeline_service({name} api PORT 8080)
pipeline_environment({name} stage ON branch main VIA gitops)
"""
STEPS = {name: [f"{name}/build", f"{name}/test", f"{name}/image", f"{name}/publish", f"{name}/deploy-stage"] for name in ("a", "b", "c")}


class Affected(harness.Case):
    def made(self, names=("a", "b"), **how):
        """A library and services after it, on a branch of its own; everything was built at main."""
        tree = self.tree(**how)
        tree.write("lib.h", "# the library\none\n")
        tree.write("tools/check.sh", "exit 0\n")
        for name in names:
            tree.write(f"{name}.c", name)
        self.declare(tree, names)
        tree.commit()
        tree.configure()
        tree.run("lib/build", *(f"{name}.image" for name in names), *(f"{name}/test" for name in names))
        tree.git("checkout", "--quiet", "-b", "change")
        return tree

    def declare(self, tree, names):
        return tree.declare(LIB + "".join(SERVICE.format(name=name) for name in names))

    def affected(self, tree, *words, **how):
        """The steps that the change reaches, by decision and why."""
        plan = tree.plan("--affected", *(() if "--since" in words else ("--since", "main")), *words, **how)
        self.text = plan["change"]
        self.gone = plan["gone"]
        return {one["step"]: one["affected"] for one in plan["steps"] if one["affected"]}

    # ---- the other tree ----

    def test_laying_down_a_commit_runs_no_hooks_and_keeps_trees_that_are_read(self):
        tree = self.made(("a",))
        hooks = self.folder / "hooks"
        hooks.mkdir()
        (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {self.folder}/ran\n")
        (hooks / "post-checkout").chmod(0o755)
        at = tree.build / ".cicd/at"
        for number in range(5):
            (at / f"tree-{number}").mkdir(parents=True)
            (at / f"tree-{number}/made").write_text("")
            if number < 2:
                os.utime(at / f"tree-{number}/made", (time.time() - 7_200 * (number + 1),) * 2)
        self.affected(tree, env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": str(hooks)})
        self.assertFalse((self.folder / "ran").exists())
        self.assertEqual(sorted(one.name for one in at.glob("tree-*")), ["tree-2", "tree-3", "tree-4"])

    def test_a_signal_ends_the_configuring_of_the_other_commit(self):
        tree = self.made(("a",))
        started = self.folder / "started"
        path = tree.source / "CMakeLists.txt"
        text = path.read_text()
        path.write_text(text + f'file(TOUCH {started})\nexecute_process(COMMAND sleep 90)\n')
        slow = tree.commit("slow")
        path.write_text(text)
        tree.commit("quick")
        tree.configure()
        self.assertFalse(started.exists())
        process = tree.start(tree.launcher, "run", "--affected", "--since", slow, "a/test")
        harness.until(started.exists, 60, "the configuring")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 143)
        self.assertEqual(harness.bearers(tree.cookie), [])

    # ---- by keys ----

    def test_a_change_of_one_service_reaches_that_alone_and_each_step_says_why(self):
        tree = self.made()
        tree.write("a.c", "another")
        tree.commit()
        found = self.affected(tree)
        self.assertEqual(sorted(found), sorted(STEPS["a"]))
        self.assertEqual(found["a/build"], ["a.c changed"])
        self.assertEqual(found["a/image"], ["depends on a/build"])
        self.assertRegex(self.text, r"^affected since [0-9a-f]{7}, the merge base with main: 5 of 11 steps$")
        tree.run("--affected", "--since", "main", "a.image", "b.image", "a/test", "b/test")
        self.assertEqual(set(tree.outcomes()), {"lib/build", "a/build", "a/test", "a/image"})

    def test_a_comment_in_what_all_share_reaches_no_service_whose_part_comes_out_the_same(self):
        tree = self.made()
        tree.write("lib.h", "# the library, with more words\none\n")
        found = self.affected(tree)
        self.assertEqual(found["lib/build"], ["lib.h changed"])
        self.assertEqual(found["a/build"], ["depends on lib/build"], "it is not known yet")
        done = tree.run("--affected", "--since", "main", "a/test", "b/test", "a.image")
        self.assertEqual({one["step"]: (one["outcome"]) for one in tree.result()["steps"]},
                         {"lib/build": "ran", "a/build": "up-to-date", "b/build": "up-to-date", "a/test": "up-to-date", "b/test": "up-to-date", "a/image": "up-to-date"})
        self.assertIn("affected since", done.stdout.splitlines()[0])
        found = self.affected(tree)
        self.assertEqual(list(found), ["lib/build"])

    def test_another_result_of_what_all_share_reaches_all(self):
        tree = self.made()
        tree.write("lib.h", "two\n")
        tree.run("--affected", "--since", "main", "a/test", "b/test")
        self.assertEqual(set(tree.outcomes().values()), {"ran"})
        self.assertEqual(self.affected(tree)["b/build"], ["the outputs of lib/build changed"])

    def test_a_tool_of_the_repository_reaches_all_that_use_it_and_a_page_none(self):
        tree = self.made()
        tree.write("README.md", "words")
        tree.commit()
        self.assertEqual(self.affected(tree), {})
        self.assertIn(": 0 of 11 steps", self.text)
        done = tree.run("--affected", "--since", "main", "a.image")
        self.assertIn("0 of", done.stdout)
        self.assertEqual(tree.outcomes(), {})
        tree.write("tools/check.sh", "exit 0 # more\n")
        self.assertEqual(sorted(self.affected(tree)), sorted(STEPS["a"] + STEPS["b"]))

    def test_a_moved_tool_of_the_machine_reaches_what_uses_it(self):
        tree = self.made()
        grep = self.folder / "bin/grep"
        grep.parent.mkdir()
        grep.write_text("#!/bin/sh\nexec /usr/bin/grep \"$@\"\n")
        grep.chmod(0o755)
        tree.env["PATH"] = f"{grep.parent}:{tree.env['PATH']}"
        found = self.affected(tree)
        self.assertEqual(found["lib/build"], ["grep changed"])
        tree.run("--affected", "--since", "main", "lib/build", "a/test", "b/test")
        self.assertEqual({step for step, outcome in tree.outcomes().items() if outcome == "ran"}, {"lib/build"}, "it gives the same")
        self.assertEqual(self.affected(tree), {})

    def test_of_the_targets_of_cmake_what_they_link_and_include_counts(self):
        tree = self.tree()
        for name, text in (("price/price.cpp", '#include "round.h"\nint price() { return up(1); }\n'), ("price/include/price.h", "int price();\n"),
                           ("price/round.h", "inline int up(int x) { return x + 1; }\n"), ("app.cpp", '#include "price.h"\nint main() { return price(); }\n'),
                           ("other/other.cpp", "int main() {}\n"), ("in.txt", "one"), ("page.md", "words"),
                           ("price/CMakeLists.txt", "add_library(price STATIC price.cpp)\ntarget_include_directories(price PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)\n"),
                           ("other/CMakeLists.txt", "add_executable(other other.cpp)\n")):
            tree.write(name, text)
        tree.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES CXX)\nfind_package(cicd REQUIRED)\nadd_subdirectory(price)\nadd_subdirectory(other)\n"
                   "add_executable(app app/app.cpp)\ntarget_link_libraries(app PRIVATE price)\nadd_pipeline(svc)\n"
                   "pipeline_step(svc app COMMAND $<TARGET_FILE:app> INPUTS in.txt DEPENDS app)\npipeline_step(svc other COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check.sh INPUTS in.txt DEPENDS other)\n")
        tree.write("app/app.cpp", (tree.source / "app.cpp").read_text())
        (tree.source / "app.cpp").unlink()
        tree.write("check.sh", "#!/bin/sh\n", 0o755)
        tree.commit()
        tree.configure()
        tree.make("app")
        tree.git("checkout", "--quiet", "-b", "change")
        tree.write("page.md", "more words")
        self.assertEqual(self.affected(tree), {})
        for name, reached in (("price/round.h", {"svc/app": ["price/round.h of app changed"]}), ("price/include/price.h", {"svc/app": ["price/include/price.h of app changed"]}),
                              ("other/other.cpp", {"svc/other": ["other/other.cpp of other changed"]}), ("check.sh", {"svc/other": None})):
            with self.subTest(name):
                before = (tree.source / name).read_text()
                tree.write(name, before + "\n// more\n")
                found = self.affected(tree)
                self.assertEqual(list(found), list(reached))
                for step, why in reached.items():
                    self.assertEqual(found[step], why or found[step])
                tree.write(name, before)

    # ---- declarations ----

    def test_a_declaration_reaches_the_deploys_that_it_is_of(self):
        tree = self.made()
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text().replace("pipeline_service(b api PORT 8080)", "pipeline_service(b api PORT 8080 REPLICAS 3)"))
        tree.commit()
        tree.configure()
        found = self.affected(tree)
        self.assertEqual(sorted(found), ["b/deploy-stage", "b/publish"])
        self.assertIn("pipeline_service b api: ", found["b/deploy-stage"][0])
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text().replace("(a stage ON branch main VIA gitops)", "(a stage ON branch main VIA gitops NAMESPACE other)"))
        tree.configure()
        self.assertEqual(self.affected(tree)["a/deploy-stage"], ["the environment is declared otherwise"])
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text().replace(" NAMESPACE other", "")
                   + "pipeline_environment(a stage-jobs OF stage VIA command STATE /srv/state APPLY ./a READ ./r)\n")
        tree.configure()
        self.assertEqual(self.affected(tree)["a/deploy-stage"], ["the environment is declared otherwise"])

    def test_new_renamed_and_deleted_services(self):
        tree = self.made()
        self.declare(tree, ["a", "c"])
        tree.git("mv", "b.c", "c.c")
        tree.commit()
        tree.configure()
        found = self.affected(tree)
        self.assertEqual(sorted(found), sorted(STEPS["c"]))
        self.assertEqual(found["c/build"], ["it is new"])
        self.assertEqual(self.gone, STEPS["b"])
        self.assertIn("declared no longer: b/build", tree.cicd("plan", "--affected", "--since", "main").stdout)

    def test_only_the_environments_of_what_is_affected_are_deployed(self):
        tree = self.made()
        tree.write("a.c", "another")
        tree.commit()
        tree.git("checkout", "--quiet", "main")
        tree.git("merge", "--quiet", "--no-ff", "-m", "merged", "change")
        tree.push()
        tree.run("--affected", "--since", "HEAD^", "deploy-stage")
        self.assertEqual([step for step in tree.outcomes() if "deploy" in step], ["a/deploy-stage"])

    # ---- histories ----

    def test_the_base_is_where_the_branch_left_whatever_came_to_main_meanwhile(self):
        tree = self.made()
        tree.write("a.c", "another")
        tree.commit()
        tree.git("checkout", "--quiet", "main")
        tree.write("b.c", "meanwhile")
        tree.commit()
        tree.git("checkout", "--quiet", "change")
        self.assertEqual(sorted(self.affected(tree)), sorted(STEPS["a"]))
        # Squashed into main, and another change on top of it.
        tree.git("checkout", "--quiet", "main")
        tree.git("merge", "--quiet", "--squash", "change")
        tree.commit("squashed")
        tree.git("checkout", "--quiet", "-b", "next")
        tree.write("b.c", "next")
        tree.commit()
        self.assertEqual(sorted(self.affected(tree)), sorted(STEPS["b"]))
        # Force-pushed: another history of the same branch.
        tree.git("reset", "--quiet", "--hard", "main")
        tree.write("a.c", "forced")
        tree.commit()
        self.assertEqual(sorted(self.affected(tree)), sorted(STEPS["a"]))

    def test_without_a_word_it_is_compared_with_where_the_change_goes(self):
        tree = self.made()
        refused = tree.cicd("plan", "--affected", status=2).stderr
        self.assertIn("it is not known what the change is compared with", refused)
        self.assertIn("--since main", harness.note_in(refused, "try"))
        tree.git("remote", "rename", "upstream", "origin")
        tree.git("fetch", "--quiet", "origin")
        tree.git("remote", "set-head", "origin", "main")
        tree.write("a.c", "another")
        tree.commit(push=False)
        plan = tree.plan("--affected")
        self.assertIn("the merge base with origin/main", plan["change"])
        # On main itself: the commit before, or what is not committed.
        tree.git("checkout", "--quiet", "main")
        tree.git("merge", "--quiet", "change")
        tree.git("push", "--quiet", "origin", "main")
        self.assertIn("the commit before HEAD, which is on origin/main", tree.plan("--affected")["change"])
        tree.write("b.c", "not committed")
        plan = tree.plan("--affected")
        self.assertIn("HEAD, which is on origin/main", plan["change"])
        self.assertEqual({one["step"].split("/")[0] for one in plan["steps"] if one["affected"]}, {"b"})

    def test_of_pull_requests_and_merge_queues_it_is_the_branch_that_they_go_to(self):
        tree = self.made()
        tree.git("branch", "release", "main")
        tree.git("checkout", "--quiet", "main")
        tree.write("b.c", "only on main")
        tree.commit()
        tree.git("checkout", "--quiet", "change")
        tree.git("merge", "--quiet", "main")
        tree.write("a.c", "another")
        head = tree.commit()
        event = self.folder / "event.json"
        for name, said, variables in (
                ("pull_request", {"pull_request": {"head": {"ref": "change", "repo": {"full_name": "us/orders"}}, "base": {"ref": "release", "repo": {"full_name": "us/orders"}}}},
                 {"GITHUB_BASE_REF": "release", "GITHUB_HEAD_REF": "change", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_REF_NAME": "1/merge"}),
                ("merge_group", {"merge_group": {"base_ref": "refs/heads/release", "head_ref": "refs/heads/gh-readonly-queue/release/pr-1"}},
                 {"GITHUB_REF": "refs/heads/gh-readonly-queue/release/pr-1-abc", "GITHUB_REF_NAME": "gh-readonly-queue/release/pr-1-abc"})):
            with self.subTest(name):
                event.write_text(json.dumps({"repository": {"full_name": "us/orders"}, **said}))
                plan = tree.plan("--affected", env={"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(event),
                                                    "GITHUB_REPOSITORY": "us/orders", "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_SHA": head,
                                                    "GITHUB_REF_TYPE": "branch", "GITHUB_ACTOR": "jane", **variables})
                self.assertIn("the merge base with release", plan["change"])
                self.assertEqual({one["step"].split("/")[0] for one in plan["steps"] if one["affected"]}, {"a", "b"})

    def test_a_shallow_clone_that_does_not_reach_the_base_says_what_to_fetch_or_does_all(self):
        tree = self.made()
        tree.write("a.c", "another")
        tree.commit()
        tree.git("checkout", "--quiet", "main")
        tree.write("b.c", "meanwhile")
        tree.commit()
        shallow = harness.Tree(self.folder / "s", home=tree.home)
        self.trees.append(shallow)
        subprocess.run([harness.tool("git"), "clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=change", f"file://{tree.remote}", str(shallow.source)],
                       check=True, env=tree.env)
        shallow.configure()
        refused = shallow.cicd("plan", "--affected", "--since", "main", status=2)
        self.assertIn("there is no merge base of HEAD and this commit: 'origin/main'", refused.stderr)
        self.assertIn("fetch --unshallow", harness.note_in(refused.stderr, "try"))
        self.assertEqual(refused.stdout, "")
        all_of_it = shallow.cicd("plan", "--affected", "--since", "main", "--or-all").stdout
        self.assertIn("all steps, since it is not known what the change reaches", all_of_it.splitlines()[0])
        self.assertIn("b/build", all_of_it)
        done = shallow.run("--affected", "--since", "main", "--or-all", "b/test")
        self.assertIn("all steps, since it is not known", done.stdout.splitlines()[0])
        shallow.git("fetch", "--quiet", "--unshallow")
        self.assertEqual({step.split("/")[0] for step in self.affected(shallow)}, {"a"})
        self.assertIn("is not in this clone: 'nowhere'", shallow.cicd("plan", "--affected", "--since", "nowhere", status=2).stderr)
        self.assertEqual(harness.note_in(shallow.cicd("plan", "--affected", "--since", "chnage", status=2).stderr, "did you mean"), "change")

    def test_the_files_of_submodules_count(self):
        library = self.tree(name="library")
        library.write("lib.h", "one\n")
        library.commit()
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare('add_pipeline(app)\npipeline_step(app build COMMAND cp sub/lib.h out.txt INPUTS sub/lib.h OUTPUTS out.txt)\n'
                     'pipeline_step(app other COMMAND cp in.txt other.txt INPUTS in.txt OUTPUTS other.txt)\n')
        tree.commit()
        tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.remote), "sub")
        tree.commit()
        tree.configure()
        self.assertEqual(self.affected(tree), {})
        library.write("lib.h", "two\n")
        library.commit()
        tree.git("checkout", "--quiet", "-b", "change")
        tree.git("-C", "sub", "pull", "--quiet")
        tree.commit()
        self.assertEqual(self.affected(tree), {"app/build": ["sub/lib.h changed"]})

    def test_what_does_not_configure_at_the_base_says_so(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare("message(FATAL_ERROR broken)\n")
        tree.commit()
        tree.declare("add_pipeline(app)\npipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt)\n")
        tree.configure()
        refused = tree.cicd("plan", "--affected", "--since", "main", status=2).stderr
        self.assertIn("CMake does not configure the files of this commit", refused)
        self.assertIn("broken", refused)
        self.assertIn("--or-all", harness.note_in(refused, "try"))

    def test_before_the_first_pipeline_everything_is_new(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES NONE)\n")
        tree.commit()
        tree.declare("add_pipeline(app)\npipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt)\n")
        tree.configure()
        self.assertEqual(self.affected(tree), {"app/build": ["it is new"]})

    def test_since_needs_affected(self):
        tree = self.made()
        self.assertIn("--affected", tree.cicd("plan", "--since", "main", status=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
