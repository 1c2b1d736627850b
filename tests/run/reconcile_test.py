"""One pass over many environments: what each may take, what it waits for, and what is done."""

import json
import os
import shutil
import subprocess
import unittest

import fleet
import harness


class Reconcile(fleet.FleetCase):
    # ---- what is done ----

    def test_what_may_go_is_found_behind_many_that_may_not_and_a_bound_is_said(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        tree.tag("v1.0.0")
        for number in range(1, 31):
            tree.git("commit", "--quiet", "--allow-empty", "--message", f"{number}")
            tree.git("tag", f"v1.0.{number}")
        tree.git("push", "--quiet", "upstream", "main", "--tags")
        self.assertEqual(self.deployed(self.pass_of(tree)), [("app/stage", "deployed"), ("app/prod", "deployed"), ("app/eu", "deployed")])
        self.assertEqual((self.runs("stage")["commit"], self.runs("prod")["tag"]), (first, "v1.0.0"))
        waits = self.actions(tree)["app/stage"]
        self.assertEqual((waits["action"], [each["label"] for each in waits["why"]["notes"]].count("not looked at")), ("wait", 0))
        for number in range(80):
            tree.git("commit", "--quiet", "--allow-empty", "--message", f"{number}")
        tree.git("push", "--quiet", "upstream", "main")
        waits = self.actions(tree)["app/stage"]
        self.assertIn({"label": "not looked at", "text": "the 100 newest are looked at, and there are older ones"}, waits["why"]["notes"])
        self.assertIn("the 100 newest are looked at", tree.cicd("reconcile", "--plan", "stage").stdout)

    def test_a_plan_says_of_each_what_would_be_done_and_why_and_changes_nothing(self):
        tree = self.made()
        commit = tree.git("rev-parse", "HEAD")
        tree.tag("v1.0.0")
        actions = self.actions(tree)
        self.assertEqual((actions["app/stage"]["action"], actions["app/stage"]["commit"]), ("deploy", commit))
        self.assertEqual(actions["app/stage"]["reasons"], [f"main is at {commit[:7]}"])
        self.assertEqual((actions["app/prod"]["action"], actions["app/prod"]["rule"], actions["app/prod"]["tag"]), ("wait", "FROM", "v1.0.0"))
        self.assertEqual((actions["app/demo"]["action"], actions["app/eu"]["action"]), ("nothing", "nothing"))
        text = tree.cicd("reconcile", "--plan").stdout
        self.assertRegex(text, rf"deploy +app/stage +{commit[:7]} .*main is at {commit[:7]}")
        self.assertRegex(text, r"wait +app/prod +v1.0.0 .*this commit was never deployed to stage")
        self.assertEqual(text.splitlines()[-1], "reconcile: 1 would be deployed, 1 wait, 2 with nothing to do")
        self.assertEqual(self.commits(), 0)

    def test_one_pass_goes_as_far_as_the_gates_let_it_and_a_second_does_nothing(self):
        tree = self.made()
        tree.tag("v1.0.0")
        tree.tag("rc-1")
        done = self.pass_of(tree)
        self.assertEqual(sorted(self.deployed(done)), [(f"app/{name}", "deployed") for name in ("demo", "eu", "prod", "stage")])
        self.assertEqual((self.runs("prod")["tag"], self.runs("eu")["commit"]), ("v1.0.0", tree.git("rev-parse", "HEAD")))
        before = self.commits()
        again = self.pass_of(tree)
        self.assertEqual((again["deployed"], [one["action"] for one in again["targets"]]), ([], ["nothing"] * 4))
        self.assertEqual(self.commits(), before)
        self.assertIn("reconcile: 4 with nothing to do", tree.cicd("reconcile").stdout)

    def test_with_nothing_to_do_git_is_started_once_for_the_sources(self):
        tree = self.made()
        self.pass_of(tree)
        trace = self.folder / "trace"
        self.pass_of(tree, env={"GIT_TRACE2_EVENT": str(trace)})
        started = [json.loads(line)["argv"] for line in trace.read_text().splitlines() if '"event":"start"' in line]
        of_sources = [words for words in started if words[0].endswith("/git") and str(tree.source) in " ".join(words)]
        self.assertEqual([[word for word in words if word == "ls-remote"] for words in of_sources], [["ls-remote"]], started)
        self.assertFalse([words for words in started if "--get-regexp" in words], "the configuration of a plain clone is read, not asked for")

    def test_of_many_environments_the_one_that_was_put_back_by_hand_is_known(self):
        many = "".join(f"pipeline_environment(app e{n} FROM stage VIA gitops REPOSITORY {self.folder}/manifests.git PATH e{n}/app)\n" for n in range(60))
        tree = self.made(more=many)
        self.pass_of(tree)
        self.next(tree, "two")
        self.assertEqual(len(self.deployed(self.pass_of(tree))), 61)
        work = self.folder / "work"
        subprocess.run([harness.tool("git"), "clone", "--quiet", str(self.repository), str(work)], check=True)
        git = [harness.tool("git"), "-C", str(work), "-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        record = ".cicd/records/e7/app.json"
        before = subprocess.run([*git, "log", "--format=%H", "--", record], check=True, capture_output=True, text=True).stdout.split()[1]
        subprocess.run([*git, "checkout", "--quiet", before, "--", "e7", record], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", "back"], check=True)
        subprocess.run([*git, "push", "--quiet"], check=True)
        actions = self.actions(tree)
        self.assertEqual({name for name, one in actions.items() if one["action"] != "nothing"}, {"app/e7"})
        self.assertEqual((actions["app/e7"]["action"], actions["app/e7"]["rule"]), ("wait", "hold"))
        self.assertIn("Ann", json.dumps(actions["app/e7"]["why"]))

    def test_it_needs_no_checkout_of_what_it_deploys(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        second = self.next(tree, "two")
        tree.git("checkout", "--quiet", "--detach", first)
        self.assertEqual(self.deployed(self.pass_of(tree, "stage")), [("app/stage", "deployed")])
        self.assertEqual(self.runs("stage")["commit"], second)

    def test_what_is_not_built_yet_waits_and_the_newest_that_is_goes(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        second = self.next(tree, "two", publish=False)
        self.assertEqual(self.actions(tree, "stage")["app/stage"]["commit"], first)
        self.pass_of(tree, "stage")
        self.assertEqual(self.runs("stage")["commit"], first)
        waits = self.actions(tree, "stage")["app/stage"]
        self.assertEqual((waits["action"], waits["rule"], waits["commit"]), ("wait", "artifact", second))

    def test_a_commit_is_newer_than_what_is_before_it_whatever_the_clock_said(self):
        tree = self.made()
        tree.write("in.txt", "from tomorrow")
        tree.env["GIT_COMMITTER_DATE"] = "2038-01-01T00:00:00Z"
        tree.commit("from tomorrow")
        del tree.env["GIT_COMMITTER_DATE"]
        tree.run("publish")
        newest = self.next(tree, "the fix")
        self.assertEqual(self.actions(tree, "stage")["app/stage"]["commit"], newest, "nothing is there")
        tree.cicd("promote", "app", "stage", "--commit", "HEAD^")
        self.assertEqual(self.deployed(self.pass_of(tree, "stage")), [("app/stage", "deployed")])
        self.assertEqual(self.runs("stage")["commit"], newest)

    def test_what_was_yanked_never_goes_and_the_one_before_does(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        self.next(tree, "two")
        tree.cicd("yank", "app", "HEAD", "--reason", "loses orders")
        self.assertEqual(self.deployed(self.pass_of(tree, "stage")), [("app/stage", "deployed")])
        self.assertEqual(self.runs("stage")["commit"], first)
        refused = self.actions(tree, "stage")["app/stage"]
        self.assertEqual((refused["action"], refused["rule"]), ("refuse", "yanked"))
        self.assertIn("loses orders", refused["why"]["text"])

    def test_soak_and_hold_are_waited_for(self):
        tree = self.made(prod="SOAK 2h")
        tree.tag("v1.0.0")
        self.assertEqual(self.deployed(self.pass_of(tree)), [("app/stage", "deployed")])
        waits = self.actions(tree)["app/prod"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "SOAK"))
        self.assertRegex(waits["until"], r"^20\d\d-\d\d-\d\dT")
        self.next(tree, "two")
        tree.cicd("hold", "set", "app", "stage", "--reason", "frozen")
        self.assertEqual(self.actions(tree)["app/stage"]["rule"], "hold")
        self.assertEqual(self.deployed(self.pass_of(tree)), [])
        tree.cicd("hold", "release", "app", "stage")
        self.assertEqual(self.deployed(self.pass_of(tree)), [("app/stage", "deployed")])

    def test_what_soaked_goes_although_a_newer_one_is_there_by_now(self):
        tree = self.made(prod="SOAK 2s")
        tree.tag("v1.0.0")
        self.pass_of(tree, "stage")
        self.next(tree, "two")
        tree.tag("v1.1.0")
        import time
        time.sleep(2.5)
        tree.cicd("hold", "set", "app", "stage", "--reason", "frozen")
        done = self.pass_of(tree)
        self.assertEqual(self.deployed(done)[0], ("app/prod", "deployed"))
        self.assertEqual(self.runs("prod")["tag"], "v1.0.0")

    def test_what_failed_is_not_tried_again_by_itself_and_a_newer_one_is(self):
        tree = self.made(prod="VERIFY ./verify.sh")
        tree.write("verify.sh", "#!/bin/sh\nexit 1\n", mode=0o755)
        self.next(tree, "with a check")
        tree.configure()
        tree.tag("v1.0.0")
        done = self.pass_of(tree, status=1)
        self.assertEqual(self.deployed(done), [("app/stage", "deployed"), ("app/prod", "failed")])
        again = self.pass_of(tree)
        self.assertEqual(again["deployed"], [])
        refused = next(one for one in again["targets"] if one["environment"] == "prod")
        [failed] = [json.loads(each.read_text()) for each in (tree.build / ".cicd/runs").glob("*/result.json") if "rerun" in each.read_text()]
        self.assertRegex(failed["rerun"], r"/cicd promote app prod --commit [0-9a-f]{12}$", "no pass tries it again")
        self.assertEqual((refused["action"], refused["rule"], refused["tag"]), ("refuse", "failed deploy", "v1.0.0"))
        tree.write("verify.sh", "#!/bin/sh\n", mode=0o755)
        self.next(tree, "a good check")
        tree.tag("v1.0.1")
        self.assertEqual([name for name, end in self.deployed(self.pass_of(tree)) if end == "deployed"], ["app/stage", "app/prod", "app/eu"])

    def test_what_a_rollback_took_away_goes_nowhere_else(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        tree.tag("v1.0.0")
        self.pass_of(tree)
        self.next(tree, "two")
        self.pass_of(tree, "stage")
        tree.tag("v1.1.0")
        tree.cicd("rollback", "app", "stage", "--reason", "loses orders")
        self.assertEqual(self.runs("stage")["commit"], first)
        done = self.pass_of(tree)
        self.assertEqual(done["deployed"], [])
        actions = {one["environment"]: one for one in done["targets"]}
        self.assertEqual((actions["prod"]["action"], actions["prod"]["rule"]), ("refuse", "failed deploy"))
        self.assertIn({"label": "caused by", "text": "a rollback took it away from stage"}, actions["prod"]["why"]["notes"])
        self.assertEqual((actions["eu"]["action"], actions["stage"]["rule"]), ("nothing", "hold"))
        tree.cicd("hold", "release", "app", "stage")
        self.next(tree, "three")
        self.assertEqual(self.deployed(self.pass_of(tree)), [("app/stage", "deployed")])
        self.assertEqual(self.actions(tree)["app/prod"]["rule"], "failed deploy", "also once something newer is in stage")

    def test_a_tag_off_the_released_branches_stops_no_other(self):
        tree = self.made()
        tree.tag("v1.0.0")
        self.pass_of(tree, "stage")
        tree.git("switch", "--quiet", "--create", "hot")
        self.next(tree, "hot")
        tree.tag("v8.8.8")
        tree.git("switch", "--quiet", "main")
        self.assertEqual(self.deployed(self.pass_of(tree, "prod")), [("app/prod", "deployed")])
        self.assertEqual(self.runs("prod")["tag"], "v1.0.0")
        refused = self.actions(tree)["app/prod"]
        self.assertEqual((refused["action"], refused["rule"], refused["tag"]), ("refuse", "BRANCHES", "v8.8.8"))

    def test_several_branches_of_one_pattern_are_one_line_of_commits(self):
        tree = self.made(more="pipeline_environment(app next ON branch release/* VIA gitops REPOSITORY {repository} PATH next/app)\n".replace("{repository}", str(self.folder / "manifests.git")))
        for at, name in enumerate(("release/2", "release/1")):
            tree.git("switch", "--quiet", "--create", name, "main")
            tree.env["GIT_COMMITTER_DATE"] = f"2030-01-0{at + 1}T00:00:00Z"
            self.next(tree, name)
        del tree.env["GIT_COMMITTER_DATE"]
        newest = tree.git("rev-parse", "HEAD")
        tree.git("switch", "--quiet", "main")
        self.assertEqual(self.deployed(self.pass_of(tree, "next")), [("app/next", "deployed")])
        self.assertEqual(self.runs("next")["commit"], newest)
        self.assertEqual(self.pass_of(tree, "next")["deployed"], [])

    def test_what_is_refused_before_it_is_begun_is_told_as_refused(self):
        tree = self.made()
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text() + "# changed\n")
        done = self.pass_of(tree, "stage", status=None)
        self.assertEqual(self.deployed(done), [("app/stage", "refused")])
        self.assertIn("changed", done["deployed"][0]["error"]["text"])
        self.assertEqual(self.commits(), 0)

    def test_a_freeze_of_all_ends_without_what_was_held_before_it(self):
        tree = self.made()
        self.pass_of(tree, "stage")
        self.next(tree, "two")
        tree.cicd("hold", "set", "app", "stage", "--reason", "slow")
        for _ in range(2):
            tree.cicd("hold", "set", "--all", "--reason", "incident")
        self.assertIn("and all deploys are on hold", tree.cicd("hold", "show", "app", "stage").stdout)
        tree.cicd("hold", "set", "app", "stage", "--reason", "slower")
        self.assertIn("incident", tree.cicd("hold", "release", "--all").stdout)
        [held] = json.loads(tree.cicd("hold", "show", "app", "stage", "--json").stdout)["holds"]
        self.assertEqual(held["hold"]["reason"], "slower")
        self.assertEqual(self.pass_of(tree, "stage")["deployed"], [])
        tree.cicd("hold", "set", "--all", "--reason", "incident")
        self.assertIn("slower", tree.cicd("hold", "release", "app", "stage").stdout)
        self.assertEqual(self.deployed(self.pass_of(tree, "stage")), [("app/stage", "deployed")])

    def test_several_passes_at_once_deploy_once(self):
        tree = self.made()
        tree.tag("v1.0.0")
        passes = [tree.start(tree.launcher, "reconcile") for _ in range(4)]
        self.assertEqual([one.wait(120) for one in passes], [0] * 4, (tree.root / "out.txt").read_text(errors="replace"))
        self.assertEqual(self.commits(), 3)
        self.assertEqual(self.runs("prod")["generation"], 1)

    # ---- many ----

    def test_all_deploys_are_stopped_at_once_and_what_cannot_be_reached_stops_no_other(self):
        tree = self.made(names=("app", "billing"), more="pipeline_environment(app other ON branch main VIA gitops REPOSITORY /nowhere/at/all.git PATH x)\n")
        tree.cicd("hold", "set", "--all", "--reason", "incident", status=6)
        held = json.loads(tree.cicd("hold", "show", "--all", "--json", status=6).stdout)["holds"]
        self.assertEqual([one["hold"]["reason"] for one in held], ["incident"] * 8)
        self.assertEqual(self.deployed(self.pass_of(tree, status=6)), [])
        tree.cicd("hold", "release", "--all", status=6)
        self.assertEqual(len(self.pass_of(tree, "stage")["deployed"]), 2)
        for words, what in ((("--reason", "x"), "no environment is named"), (("--all", "app", "stage", "--reason", "x"), "--all means every environment")):
            self.assertIn(what, tree.cicd("hold", "set", *words, status=2).stderr)

    def test_deploys_of_several_pipelines_into_one_repository_are_one_push(self):
        tree = self.made(names=("app", "billing", "stock"))
        pushes = self.folder / "pushes"
        hook = self.repository / "hooks/post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho push >> {pushes}\n")
        hook.chmod(0o755)
        self.assertEqual(len(self.pass_of(tree, "stage")["deployed"]), 3)
        self.assertEqual(pushes.read_text().split(), ["push"])
        self.assertEqual(self.commits(), 3)

    def test_one_that_cannot_be_read_stops_no_other(self):
        tree = self.made(more="pipeline_environment(app other ON branch main VIA gitops REPOSITORY /nowhere/at/all.git PATH x)\n")
        done = self.pass_of(tree, status=6)
        self.assertEqual(self.deployed(done), [("app/stage", "deployed")])
        other = next(one for one in done["targets"] if one["environment"] == "other")
        self.assertEqual((other["action"], other["commit"]), ("unknown", None))
        self.assertEqual(done["outcome"], "remote")
        self.assertRegex(tree.cicd("reconcile", status=6).stdout, r"unknown +app/other")

    def test_each_cluster_is_connected_to_once(self):
        bin = self.folder / "bin"
        bin.mkdir()
        (bin / "kubectl").write_text(f"""#!/usr/bin/env python3
import http.server, json, os, socketserver, sys
words = sys.argv[1:]
socket = next((word.split("=", 1)[1] for word in words if word.startswith("--unix-socket=")), None)
with open("{self.folder}/kubectl.txt", "a") as log:
    log.write(" ".join(words) + "\\n")
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = json.dumps({{"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404, "message": "not found"}}).encode()
        if self.path.startswith("/version"):
            body = json.dumps({{"major": "1", "minor": "30", "gitVersion": "v1.30.0"}}).encode()
        self.send_response(200 if self.path.startswith("/version") else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return "unix"
    def log_message(self, *words):
        pass
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
if "proxy" in words:
    server = Server(socket, Answer)
    print("Starting to serve on " + socket, flush=True)
    server.serve_forever()
""")
        (bin / "kubectl").chmod(0o755)
        tree = self.made(publish=("app",), more="".join(f"""
add_pipeline({name} IMAGE 127.0.0.1:1/{name})
pipeline_step({name} build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image({name} BASE scratch FILES out.txt=/out.txt ENTRYPOINT /out.txt)
pipeline_service({name} api PORT 8080)
pipeline_environment({name} k0 ON branch main VIA kubectl CONTEXT west NAMESPACE shop)
pipeline_environment({name} k1 ON branch main VIA kubectl CONTEXT west NAMESPACE market)
pipeline_environment({name} k2 FROM k1 VIA kubectl CONTEXT east NAMESPACE shop)
""" for name in ("billing", "stock")))
        tree.env["PATH"] = f"{bin}:{os.environ['PATH']}"
        (tree.home / ".kube").mkdir()
        (tree.home / ".kube/config").write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "contexts": [
            {"name": name, "context": {"cluster": name, "user": name}} for name in ("west", "east")]}))
        actions = self.actions(tree, status=6)
        said = (self.folder / "kubectl.txt").read_text()
        self.assertEqual(sum("proxy" in line for line in said.splitlines()), 2, said)
        self.assertEqual([actions[f"{name}/k2"]["action"] for name in ("billing", "stock")], ["nothing"] * 2)
        self.assertIn("127.0.0.1:1", json.dumps(actions["stock/k1"]["why"]), "its registry, which comes after the cluster")

    def test_shards_are_parts_of_the_whole(self):
        names = ("app", "billing", "stock", "users", "web")
        tree = self.made(names=names)
        parts = [{one["pipeline"] for one in self.pass_of(tree, "--plan", "--shard", f"{at}/3")["targets"]} for at in (1, 2, 3)]
        self.assertEqual(sorted(name for part in parts for name in part), sorted(names))
        for wrong in ("0/3", "4/3", "2", "a/b", "2/"):
            self.assertIn("--shard: not a part of a whole", tree.cicd("reconcile", "--shard", wrong, status=2).stderr)

    # ---- what is not known, and who may ----

    def test_a_commit_of_the_remote_that_is_not_here_is_not_known(self):
        tree = self.made()
        other = self.folder / "other"
        subprocess.run([harness.tool("git"), "clone", "--quiet", str(tree.remote), str(other)], check=True)
        (other / "in.txt").write_text("elsewhere")
        subprocess.run([harness.tool("git"), "-C", str(other), *harness.GIT, "commit", "--quiet", "-am", "elsewhere"], check=True)
        subprocess.run([harness.tool("git"), "-C", str(other), "push", "--quiet"], check=True)
        unknown = next(one for one in self.pass_of(tree, "stage", status=2)["targets"])
        self.assertEqual(unknown["action"], "unknown")
        self.assertIn({"label": "try", "text": "git fetch --tags"}, unknown["why"]["notes"])
        self.assertEqual(self.commits(), 0)

    def test_a_remote_that_does_not_answer_moves_nothing_that_follows_it(self):
        tree = self.made()
        tree.tag("rc-1")
        shutil.move(tree.remote, self.folder / "gone.git")
        done = self.pass_of(tree, status=6)
        self.assertEqual(self.deployed(done), [("app/demo", "deployed")], "which lies in the build tree, and follows the tags here")
        self.assertEqual({one["environment"] for one in done["targets"] if one["action"] == "unknown"}, {"stage", "prod"})
        self.assertEqual(self.commits(), 0)

    def test_a_fork_moves_nothing(self):
        tree = self.made()
        fork = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "team/app", "GITHUB_REF": "refs/pull/7/merge",
                "GITHUB_HEAD_REF": "main", "GITHUB_BASE_REF": "main", "GITHUB_SHA": tree.git("rev-parse", "HEAD"), "GITHUB_EVENT_PATH": str(self.folder / "event.json")}
        (self.folder / "event.json").write_text(json.dumps({"pull_request": {"number": 7, "head": {"repo": {"full_name": "evil/app"}, "sha": "x"}, "base": {"repo": {"full_name": "team/app"}}}}))
        self.assertIn("fork", tree.cicd("reconcile", status=5, env=fork).all)
        self.assertEqual(self.commits(), 0)

    def test_an_approval_is_waited_for_with_the_command_that_gives_it(self):
        tree = self.made(prod="APPROVAL required")
        tree.tag("v1.0.0")
        self.pass_of(tree)
        waits = self.actions(tree)["app/prod"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "approval"))
        tree.cicd("approve", "app", "prod", "--version", "v1.0.0", "--reason", "read it")
        self.assertEqual(self.deployed(self.pass_of(tree)), [("app/prod", "deployed"), ("app/eu", "deployed")])


if __name__ == "__main__":
    unittest.main()
