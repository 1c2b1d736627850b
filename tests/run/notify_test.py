"""pipeline_notify(): Slack, webhooks, programs and the status of commits. The servers are recorders of ours, which speak as much of the
protocols of https://docs.slack.dev/apis/web-api and https://docs.gitea.com/api as is asked."""

import http.server
import json
import os
import signal
import threading
import time
import unittest
import urllib.parse

import harness

CALLS = """
pipeline_secret(slack PASS_ENV SLACK_TOKEN)
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 HOST app.example.com)
pipeline_environment(app stage ON branch main VIA gitops)
"""
TOKEN = "xoxb-0123456789-secret"
FORK = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_SHA": "0" * 40,
        "GITHUB_REPOSITORY": "team/app", "GITHUB_HEAD_REF": "x", "GITHUB_BASE_REF": "main"}


class Recorder(http.server.BaseHTTPRequestHandler):
    """Remembers what it is asked; `answer` gives status, body and headers."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        is_form = "urlencoded" in self.headers.get("Content-Type", "")
        body = dict(urllib.parse.parse_qsl(raw)) if is_form else json.loads(raw or "null")
        status, answer, headers = self.server.answer(self.path, body, self.headers)
        text = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Recorder)
        self.asked = []
        self.before = None
        """Called with path and body; what it gives is the answer."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, address):
        """Who has given up waiting is no failure."""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, path, body, headers):
        self.asked.append((path, body))
        special = self.before and self.before(path, body)
        return special or self.usual(path, body, headers)

    def usual(self, path, body, headers):
        return 200, {}, {}


class Slack(Server):
    """Messages of channels, with their threads."""

    def __init__(self):
        super().__init__()
        self.messages, self.replies, self.users = {}, {}, {"jane@example.com": "U0JANE"}

    def usual(self, path, body, headers):
        if headers.get("Authorization") != "Bearer " + TOKEN:
            return 200, {"ok": False, "error": "invalid_auth"}, {}
        method = path.rsplit("/", 1)[1]
        if method == "users.lookupByEmail":
            user = self.users.get(body["email"])
            return 200, {"ok": True, "user": {"id": user}} if user else {"ok": False, "error": "users_not_found"}, {}
        assert len(body.get("blocks", [])) <= 50 and all(len(json.dumps(each)) < 3_500 for each in body.get("blocks", []))
        if method == "chat.update":
            if body["ts"] not in self.messages:
                return 200, {"ok": False, "error": "message_not_found"}, {}
            self.messages[body["ts"]].append(body)
            return 200, {"ok": True, "channel": body["channel"], "ts": body["ts"]}, {}
        if body["channel"] not in ("#deploys", "C0DEPLOYS"):
            return 200, {"ok": False, "error": "channel_not_found"}, {}
        if "thread_ts" in body:
            self.replies.setdefault(body["thread_ts"], []).append(body["text"])
            return 200, {"ok": True, "channel": "C0DEPLOYS", "ts": "1.1"}, {}
        ts = f"{1700000000 + len(self.messages)}.000100"
        self.messages[ts] = [body]
        return 200, {"ok": True, "channel": "C0DEPLOYS", "ts": ts}, {}

    def shown(self):
        """Of each message what it says now."""
        return [text_of(each[-1]) for each in self.messages.values()]

    def thread(self, at=0):
        return "\n".join(self.replies.get(list(self.messages)[at], []))


def text_of(body):
    """All that a message's blocks say."""
    texts = [each["text"]["text"] if "text" in each else each["elements"][0]["text"] for each in body["blocks"]]
    return "\n".join(texts)


class Forge(Server):
    def usual(self, path, body, headers):
        return (201, {}, {}) if headers.get("Authorization") == "token t0ken" else (403, {"message": "token does not have scope"}, {})


class Notify(harness.Case):
    def runs(self, tree):
        return sorted(path.name for path in (tree.build / ".cicd/runs").iterdir())

    def found_again(self, tree, asked, said=0, **how):
        """A pass that finds what the one before found: so many questions more, and no more records than news."""
        before, runs = len(asked), len(self.runs(tree))
        done = tree.cicd("reconcile", **how)
        self.assertEqual((len(asked) - before, len(self.runs(tree)) - runs), (said, min(said, 1)), asked[before:])
        return done

    def server(self, kind):
        server = kind()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def made(self, calls, extra=CALLS):
        tree = self.tree()
        tree.env["SLACK_TOKEN"] = TOKEN
        tree.write("in.txt", "one")
        tree.declare(extra + calls)
        tree.commit()
        tree.configure()
        return tree

    def with_slack(self, words="", extra=CALLS):
        self.slack = self.server(Slack)
        return self.made(f'pipeline_notify(SLACK "#deploys" TOKEN secret:slack URL {self.slack.address} {words})\n', extra)

    def next_commit(self, tree, content, message="a change"):
        tree.write("in.txt", content)
        return tree.commit(message)[:7]

    def state(self, tree, path="stage/app"):
        return json.loads(tree.manifests("show", f"main:.cicd/state/{path}.json"))["announced"]

    # ---- Slack ----

    def test_a_release_is_one_message_that_is_edited_and_each_release_has_its_own(self):
        tree = self.with_slack()
        first = tree.git("rev-parse", "--short=7", "HEAD")
        tree.run("deploy-stage")
        [said] = self.slack.shown()
        self.assertIn(f"app {first} is deployed to stage", said)
        self.assertIn("<https://app.example.com|app.example.com>", said)
        self.assertIn("Jane Doe", said)
        state = self.state(tree)
        self.assertEqual((state["version"], state["is"]), (first, "deployed"))
        self.assertEqual(state["messages"], [{"to": "#deploys", "channel": "C0DEPLOYS", "id": list(self.slack.messages)[0]}])
        self.assertIn("deploy_started", [each["event"] for each in tree.events()])
        before = len(self.slack.asked)
        tree.run("deploy-stage")
        self.assertEqual(len(self.slack.asked), before, "nothing was deployed, so nothing is said")
        second = self.next_commit(tree, "two", "fix <!channel> & <b>")
        tree.run("deploy-stage")
        self.assertEqual(len(self.slack.messages), 2)
        said = self.slack.shown()[1]
        self.assertIn(f"app {second} is deployed to stage", said)
        self.assertIn(f"after `{first}` · 1 commit", said)
        self.assertIn("fix &lt;!channel&gt; &amp; &lt;b&gt;", said)
        self.assertNotIn("<!channel>", json.dumps(self.slack.asked))

    def test_a_rollback_and_a_release_of_its_hold_edit_the_message_of_the_release(self):
        tree = self.with_slack()
        first = tree.git("rev-parse", "--short=7", "HEAD")
        tree.run("deploy-stage")
        second = self.next_commit(tree, "two")
        tree.run("deploy-stage")
        tree.cicd("rollback", "app", "stage", "--reason", "errors at checkout")
        self.assertEqual(len(self.slack.messages), 2)
        said = self.slack.shown()[1]
        self.assertIn(f"app {second} was rolled back in stage, to {first}", said)
        self.assertIn("errors at checkout", said)
        self.assertIn("on hold, by", said)
        self.assertIn("errors at checkout", self.slack.thread(1))
        tree.cicd("hold", "release", "app", "stage")
        self.assertIn("deploys to stage are allowed again", self.slack.shown()[1])
        self.assertEqual((len(self.slack.messages), self.state(tree)["is"]), (2, "rolled-back"))
        self.assertIn("released by", self.slack.thread(1))

    def test_a_deploy_that_waits_for_an_approval_has_the_command_and_goes_on_in_its_message(self):
        tree = self.with_slack(extra=CALLS + "pipeline_environment(app prod FROM stage VIA gitops APPROVAL required)\n")
        tree.run("deploy-stage")
        tree.run("deploy-prod", status=5)
        self.assertEqual(len(self.slack.messages), 2)
        self.assertIn("waits to be deployed to prod", self.slack.shown()[1])
        self.assertIn("approve: `cicd approve app prod --reason", self.slack.shown()[1])
        self.assertEqual(self.state(tree, "prod/app")["is"], "waiting")
        before = len(self.slack.asked)
        tree.cicd("reconcile")
        tree.run("deploy-prod", status=5)
        self.assertEqual(len(self.slack.asked), before, "it is said once that it waits")
        tree.cicd("approve", "app", "prod", "--reason", "read the plan")
        self.assertIn("is approved for prod", self.slack.shown()[1])
        self.assertIn("read the plan", self.slack.shown()[1])
        self.assertNotIn("approve: `", self.slack.shown()[1])
        tree.cicd("reconcile")
        self.assertEqual(len(self.slack.messages), 2)
        self.assertIn("is deployed to prod", self.slack.shown()[1])
        self.assertIn("approved by", self.slack.thread(1))

    def test_a_run_that_was_terminated_leaves_where_its_message_is(self):
        hangs = CALLS.replace("VIA gitops", "VIA gitops VERIFY ./verify.sh")
        self.slack = self.server(Slack)
        tree = self.made(f'pipeline_notify(SLACK "#deploys" TOKEN secret:slack URL {self.slack.address})\n', hangs)
        tree.write("verify.sh", "#!/bin/sh\n[ -e ../goes ] || exec sleep 60\n", 0o755)
        tree.commit("a smoke test")
        tree.configure()
        process = tree.start("/bin/sh", "-c", f'echo $$ > {self.folder}/run; exec "$0" run app.deploy-stage', tree.launcher)
        harness.until(lambda: self.slack.messages and "verifying" in tree.manifests("show", "main:.cicd/records/stage/app.json"), 60)
        os.kill(int((self.folder / "run").read_text()), signal.SIGTERM)
        process.wait(60)
        self.assertEqual([each["to"] for each in self.state(tree)["messages"]], ["#deploys"])
        (tree.root / "goes").write_text("")
        tree.run("deploy-stage")
        [said] = self.slack.shown()
        self.assertIn("is deployed to stage", said)

    def test_a_rollback_that_fails_is_told(self):
        tree = self.with_slack()
        tree.run("deploy-stage")
        self.next_commit(tree, "two")
        tree.run("deploy-stage")
        hook = tree.build / "manifests.git/hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho no rights >&2\nexit 1\n")
        hook.chmod(0o755)
        failed = tree.cicd("rollback", "app", "stage", "--reason", "bad", status=None)
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("the rollback to", self.slack.shown()[1])

    def test_a_notifier_of_a_pipeline_takes_the_place_of_the_build_trees_and_explain_says_so(self):
        tree = self.with_slack()
        tree.declare(CALLS + f'pipeline_notify(SLACK "#deploys" TOKEN secret:slack URL {self.slack.address})\n'
                             f'pipeline_notify(app SLACK "#deploys" TOKEN secret:slack URL {self.slack.address} WHEN failure)\n').configure()
        shown = tree.cicd("explain", "app.notifier.#deploys").stdout
        self.assertRegex(shown, r"in place of the build tree's notifier of this destination\n +CMakeLists\.txt:\d+")

    def test_who_broke_stage_is_named_and_its_recovery_is_said_once(self):
        tree = self.with_slack("WHEN failure recovery", CALLS.replace("cp in.txt out.txt", "sh check.sh").replace("INPUTS in.txt", "INPUTS in.txt check.sh")
                               + "pipeline_cron_job(app clean SCHEDULE @daily OWNER team-orders)\n")
        tree.write("check.sh", "grep -v broken in.txt > out.txt\n")
        tree.commit()
        tree.run("deploy-stage")
        self.assertEqual(self.slack.messages, {}, "a success is not asked for")
        broken = self.next_commit(tree, "broken")
        tree.run("deploy-stage", status=1)
        [said] = self.slack.shown()
        self.assertIn(f"app {broken} failed in stage", said)
        self.assertIn("app/build failed", said)
        self.assertIn("commits by <@U0JANE>", said)
        self.assertTrue(self.state(tree)["failing"])
        self.next_commit(tree, "two")
        tree.run("deploy-stage")
        self.assertEqual(len(self.slack.messages), 2)
        self.assertIn("is deployed to stage, which had failed before", self.slack.shown()[1])
        self.next_commit(tree, "three")
        tree.run("deploy-stage")
        self.assertEqual(len(self.slack.messages), 2)

    def test_services_of_one_commit_are_one_message(self):
        names = [f"app{number}" for number in range(3)]
        extra = "pipeline_secret(slack PASS_ENV SLACK_TOKEN)\n" + "".join(CALLS.split("\n", 2)[2].replace("(app ", f"({each} ").replace("(app)", f"({each})")
                                                                         .replace("app.example", f"{each}.example") for each in names)
        tree = self.with_slack(extra=extra)
        tree.run(*[f"{each}.deploy-stage" for each in names])
        [said] = self.slack.shown()
        self.assertIn("of 3 services in stage: 3 deployed", said)
        self.assertEqual({json.dumps(self.state(tree, f"stage/{each}")["messages"]) for each in names},
                         {json.dumps([{"to": "#deploys", "channel": "C0DEPLOYS", "id": list(self.slack.messages)[0]}])})
        # What happens to one of them later goes to the thread, and overwrites nothing that is said of the others.
        tree.cicd("hold", "set", "app1", "stage", "--reason", "a freeze")
        self.assertEqual(self.slack.shown(), [said])
        self.assertIn("a freeze", self.slack.thread())
        self.assertIn("app1: deploys are on hold", self.slack.thread())
        tree.cicd("hold", "release", "app1", "stage")
        asked = len(self.slack.asked)
        tree.cicd("hold", "set", "--all", "--reason", "an incident")
        self.assertEqual(len(self.slack.messages), 1, "it is said in the thread of what runs there")
        self.assertEqual(len(self.slack.asked), asked + 1, "all of them at once")
        self.assertIn("app2: deploys are on hold", self.slack.thread())

    def test_a_message_that_was_deleted_is_posted_anew(self):
        tree = self.with_slack()
        tree.run("deploy-stage")
        old = list(self.slack.messages)[0]
        self.slack.messages.clear()
        self.slack.messages["0.0"] = [{"blocks": []}]
        tree.cicd("hold", "set", "app", "stage", "--reason", "a freeze")
        self.assertEqual(len(self.slack.messages), 2)
        self.assertIn("a freeze", self.slack.shown()[1])
        self.assertNotEqual(self.state(tree)["messages"][0]["id"], old)

    # ---- servers that do not do as they should ----

    def test_one_that_has_too_much_to_do_is_asked_again(self):
        tree = self.with_slack()
        left = [(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"}), (500, {}, {})]
        self.slack.before = lambda path, body: left.pop(0) if left else None
        done = tree.run("deploy-stage")
        self.assertNotIn("pipeline_notify", done.all)
        self.assertIn("is deployed to stage", self.slack.shown()[0])

    def test_what_could_not_be_said_is_said_once_at_the_end_and_changes_no_outcome(self):
        tree = self.with_slack()
        for error, helps in ((("channel_not_found", None), "whether #deploys is there"), (("missing_scope", "chat:write"), "the scope chat:write"),
                             (("not_in_channel", None), "/invite"), (("invalid_auth", None), "the token of a bot")):
            self.slack.before = lambda path, body: (200, {"ok": False, "error": error[0], "needed": error[1]}, {})
            self.next_commit(tree, error[0])
            done = tree.run("deploy-stage")
            self.assertEqual(done.all.count(f"SLACK #deploys: Slack refuses chat.postMessage: {error[0]}"), 1, done.all)
            self.assertIn(helps, done.all)
            self.assertEqual(tree.result()["outcome"], "done")

    def test_a_missing_token_is_told_and_shows_nothing(self):
        tree = self.with_slack()
        done = tree.run("deploy-stage", env={"SLACK_TOKEN": ""})
        self.assertIn("SLACK #deploys: the value of the secret is empty: 'slack'", done.all)
        self.assertEqual(self.slack.asked, [])
        self.next_commit(tree, "two")
        tree.run("deploy-stage")
        files = [path for path in tree.build.rglob("*") if path.is_file()]
        self.assertFalse([path for path in files if TOKEN in path.read_text(errors="replace")])

    def test_one_that_does_not_answer_holds_up_no_step_and_ends_in_seconds(self):
        tree = self.with_slack(extra=CALLS + "pipeline_step(app after COMMAND cp out.txt late.txt AFTER build OUTPUTS late.txt)\n")
        self.slack.before = lambda path, body: time.sleep(60)
        begun = time.monotonic()
        done = tree.run("deploy-stage")
        self.assertLess(time.monotonic() - begun, 40)
        self.assertIn("SLACK #deploys: it took too long, and was given up", done.all)
        ended = [each for each in tree.events() if each["event"] == "run_ended"]
        self.assertLess(ended[0]["elapsed_ms"], 30_000)

    def test_a_fork_tells_no_one(self):
        tree = self.with_slack(extra=CALLS.replace("VIA gitops", "VIA render"))
        tree.run("deploy-stage", env=FORK)
        self.assertEqual(self.slack.asked, [])
        self.next_commit(tree, "two")
        tree.run("deploy-stage")
        self.assertEqual(len(self.slack.messages), 1, "it was the fork that kept it from being said")

    # ---- others ----

    def test_a_webhook_and_a_program_get_ends_as_json(self):
        hook = self.server(Server)
        tree = self.made(f"pipeline_notify(app WEBHOOK {hook.address}/hook)\npipeline_notify(app COMMAND ./tell.sh WHEN hold)\n")
        tree.write("tell.sh", f"#!/bin/sh\ncat >> {tree.root}/told.ndjson\n", mode=0o755)
        commit = tree.commit()
        tree.run("deploy-stage")
        [(path, body)] = hook.asked
        self.assertEqual((path, body["schema"], body["kinds"]), ("/hook", 1, ["success"]))
        [service] = body["services"]
        self.assertEqual((service["pipeline"], service["environment"], service["is"], service["commit"]), ("app", "stage", "deployed", commit))
        self.assertIn(f"app {commit[:7]} is deployed to stage", body["text"])
        self.assertFalse((tree.root / "told.ndjson").exists())
        tree.cicd("hold", "set", "app", "stage", "--reason", "a freeze")
        told = json.loads((tree.root / "told.ndjson").read_text())
        self.assertEqual((told["kinds"], told["services"][0]["held"].split(": ")[-1]), (["hold"], "a freeze"))
        self.assertEqual(hook.asked[-1][1]["kinds"], ["hold"])
        tree.cicd("hold", "release", "app", "stage")
        tree.cicd("yank", "app", "HEAD", "--reason", "loses orders")
        self.assertEqual(hook.asked[-1][1]["kinds"], ["yank"])
        self.assertIn("loses orders", hook.asked[-1][1]["text"])
        self.assertIn("it still runs in stage", hook.asked[-1][1]["text"])

    def test_secrets_of_one_name_in_two_pipelines_are_two_places(self):
        one, other = self.server(Server), self.server(Server)
        tree = self.made("pipeline_secret(app chat PASS_ENV ONE)\npipeline_notify(app WEBHOOK secret:chat)\n"
                         "add_pipeline(second)\npipeline_step(second build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)\n"
                         "pipeline_image(second BASE scratch FILES out.txt=/out.txt ENTRYPOINT /out.txt)\npipeline_service(second api PORT 8080)\n"
                         "pipeline_environment(second stage ON branch main VIA gitops)\npipeline_secret(second chat PASS_ENV OTHER)\npipeline_notify(second WEBHOOK secret:chat)\n")
        tree.run("deploy-stage", env={"ONE": one.address + "/one", "OTHER": other.address + "/other"})
        self.assertEqual([[each["pipeline"] for each in body["services"]] for _, body in one.asked], [["app"]])
        self.assertEqual([[each["pipeline"] for each in body["services"]] for _, body in other.asked], [["second"]])

    def test_a_secret_that_is_a_common_word_spoils_no_message(self):
        hook = self.server(Server)
        tree = self.made(f"pipeline_secret(app word PASS_ENV WORD)\npipeline_step(app use COMMAND true INPUTS in.txt SECRETS word CHECK)\npipeline_notify(app WEBHOOK {hook.address}/hook)\n")
        for number, word in enumerate(("false", "text", "deployed")):
            with self.subTest(word):
                self.next_commit(tree, f"number {number}", f"the {word} of it")
                tree.run("app/use", "deploy-stage", env={"WORD": word})
                body = hook.asked[-1][1]
                self.assertEqual((len(hook.asked), body["schema"], body["kinds"], body["services"][0]["is"]), (number + 1, 1, ["success"], "deployed"))
                self.assertNotIn(word, body["text"])

    def test_a_webhook_that_is_a_secret_is_shown_nowhere(self):
        hook = self.server(Server)
        hook.before = lambda path, body: (404, {"error": "no_service"}, {})
        tree = self.made("pipeline_secret(app hook PASS_ENV HOOK)\npipeline_notify(app WEBHOOK secret:hook)\n")
        done = tree.run("deploy-stage", env={"HOOK": hook.address + "/T0/B0/a-secret-path"})
        self.assertEqual(len(hook.asked), 1)
        self.assertIn("WEBHOOK secret:hook: it answers with status 404", done.all)
        self.assertNotIn("a-secret-path", done.all)

    def test_commits_get_a_status(self):
        forge = self.server(Forge)
        tree = self.made(f"pipeline_secret(app forge PASS_ENV FORGE)\npipeline_notify(app STATUS gitea TOKEN secret:forge URL {forge.address}/team/app)\n")
        commit = tree.git("rev-parse", "HEAD")
        tree.env["FORGE"] = "t0ken"
        tree.run("deploy-stage", env={"BUILDKITE": "true", "BUILDKITE_BRANCH": "main", "BUILDKITE_COMMIT": commit, "BUILDKITE_PULL_REQUEST": "false",
                                      "BUILDKITE_BUILD_URL": "https://buildkite.com/team/app/builds/1", "BUILDKITE_REPO": str(tree.remote)})
        self.assertEqual({path for path, body in forge.asked}, {f"/api/v1/repos/team/app/statuses/{commit}"})
        last = {body["context"]: body for path, body in forge.asked}
        self.assertEqual(set(last), {"cicd/app", "cicd/app/stage"})
        self.assertEqual({each["state"] for each in last.values()}, {"success"})
        self.assertEqual(last["cicd/app/stage"]["target_url"], "https://buildkite.com/team/app/builds/1")
        self.next_commit(tree, "two")
        done = tree.run("deploy-stage", env={"FORGE": "wr0ng-token"})
        self.assertIn("Gitea does not let this token set the status of commits", done.all)
        self.assertIn("write:repository", harness.note_in(done.all, "try"))

    def test_a_failing_commit_on_a_followed_branch_names_its_author_at_each_forge(self):
        for kind, path in (("github", "/api/v3/repos/team/app/statuses/{}"), ("gitlab", "/api/v4/projects/team%2Fapp/statuses/{}"),
                           ("gitea", "/api/v1/repos/team/app/statuses/{}")):
            with self.subTest(kind):
                forge = self.server(Server)
                forge.before = lambda path, body: (201, {}, {})
                tree = harness.Tree(self.folder / kind)
                self.trees.append(tree)
                tree.write("in.txt", "one")
                tree.declare(CALLS.replace("pipeline_secret(slack PASS_ENV SLACK_TOKEN)", "") + f"""pipeline_secret(app forge PASS_ENV FORGE)
pipeline_step(app test SHELL "test ! -e fails" INPUTS in.txt fails)
pipeline_notify(app STATUS {kind} TOKEN secret:forge URL {forge.address}/team/app)
""")
                tree.write("fails")
                commit = tree.commit()
                tree.configure()
                push = {"BUILDKITE": "true", "BUILDKITE_BRANCH": "main", "BUILDKITE_COMMIT": commit, "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_REPO": str(tree.remote),
                        "BUILDKITE_SOURCE": "webhook"}
                tree.run("app/test", status=1, env={**push, "FORGE": "t0ken"})
                asked, body = forge.asked[-1]
                self.assertEqual(asked, path.format(commit))
                self.assertEqual((body["state"], body["context"]), ("failed" if kind == "gitlab" else "failure", "cicd/app"))
                self.assertEqual(body["description"], "app/test failed; the commit is by Jane Doe")
                # Of a branch that nothing follows, nobody is named.
                forge.asked.clear()
                tree.run("app/test", status=1, env={**push, "BUILDKITE_BRANCH": "other", "FORGE": "t0ken"})
                self.assertEqual(forge.asked[-1][1]["description"], "app/test failed")
                # Without a token nothing is asked, and that is said once.
                forge.asked.clear()
                done = tree.run("app/test", status=1, env=push)
                self.assertEqual(forge.asked, [])
                self.assertEqual(done.all.count(f"warning: pipeline_notify: STATUS {kind}: the variable that holds the secret is not set: 'FORGE'"), 1, done.all)
                self.assertEqual(done.all.count("pipeline_notify"), 1, done.all)

    def test_the_loop_is_heard(self):
        hook = self.server(Server)
        tree = self.made(f"pipeline_notify(WEBHOOK {hook.address})\n", CALLS + "pipeline_environment(app prod FROM stage VIA gitops)\n")
        tree.run("deploy-stage")
        tree.cicd("reconcile")
        self.assertEqual([(body["services"][0]["environment"], body["kinds"]) for path, body in hook.asked], [("stage", ["success"]), ("prod", ["success"])])

    def test_what_each_pass_finds_is_told_once_also_where_a_secret_was_fetched(self):
        job = self.server(Server)
        tree = self.with_slack(extra=CALLS + f"pipeline_environment(app prod FROM stage VIA gitops APPROVAL required UPSTREAM json {job.address}/{{commit}} "
                               "result=/ok good=true UPSTREAM_TOKEN secret:slack)\n")
        tree.run("deploy-stage")
        self.found_again(tree, self.slack.asked)
        job.before = lambda path, body: (200, {"ok": False}, {})
        self.found_again(tree, self.slack.asked, said=1)
        self.assertIn("waits to be deployed to prod", self.slack.shown()[1])
        self.assertIn("of this commit failed", self.slack.shown()[1])
        self.assertEqual(self.state(tree, "prod/app")["is"], "waiting: UPSTREAM")
        commits = tree.manifests("rev-list", "--count", "main")
        self.found_again(tree, self.slack.asked)
        job.before = lambda path, body: (200, {"ok": True}, {})
        tree.cicd("reconcile")
        self.assertIn("approve: `cicd approve app prod --reason", self.slack.shown()[1])
        self.assertEqual(self.state(tree, "prod/app")["is"], "waiting")
        self.found_again(tree, self.slack.asked)
        self.assertEqual(int(tree.manifests("rev-list", "--count", "main")), int(commits) + 1)

    def test_what_could_not_be_said_is_not_known_as_said(self):
        tree = self.with_slack(extra=CALLS + "pipeline_environment(app prod FROM stage VIA gitops APPROVAL required)\n")
        tree.run("deploy-stage")
        self.slack.before = lambda path, body: (200, {"ok": False, "error": "is_archived"}, {})
        runs = self.runs(tree)
        for _ in range(2):
            self.assertIn("is_archived", tree.cicd("reconcile").stderr)
        self.assertEqual(self.runs(tree), runs, "nothing was told, so nothing is recorded")
        self.slack.before = None
        tree.cicd("reconcile")
        self.assertIn("waits to be deployed to prod", self.slack.shown()[1])
        self.found_again(tree, self.slack.asked)

    def test_of_a_status_and_of_no_notifier_passes_leave_no_more(self):
        forge = self.server(Forge)
        extra = CALLS + "pipeline_environment(app prod FROM stage VIA gitops APPROVAL required)\n"
        tree = self.made(f"pipeline_secret(app forge PASS_ENV FORGE)\npipeline_notify(app STATUS gitea TOKEN secret:forge URL {forge.address}/team/app)\n", extra)
        tree.env["FORGE"] = "t0ken"
        tree.run("deploy-stage")
        self.found_again(tree, forge.asked, said=1)
        self.assertEqual((forge.asked[-1][1]["context"], forge.asked[-1][1]["state"]), ("cicd/app/prod", "pending"))
        self.found_again(tree, forge.asked)
        tree.declare(extra)
        tree.commit("no notifier")
        tree.configure()
        tree.run("deploy-stage")
        self.found_again(tree, [])

    def test_notify_lists_and_tries(self):
        tree = self.with_slack()
        self.assertEqual(tree.cicd("notify").stdout, "SLACK #deploys\n    app\n")
        self.assertEqual(json.loads(tree.cicd("notify", "--json").stdout)["notifiers"], [{"to": "SLACK #deploys", "pipelines": ["app"]}])
        self.assertIn("a test was sent to each", tree.cicd("notify", "--test").stdout)
        self.assertIn("a test of pipeline_notify()", self.slack.shown()[0])
        self.slack.before = lambda path, body: (200, {"ok": False, "error": "is_archived"}, {})
        self.assertIn("unarchive", tree.cicd("notify", "--test", status=6).stderr)


if __name__ == "__main__":
    unittest.main()
