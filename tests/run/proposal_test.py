"""PULL_REQUEST: a deploy is proposed on a branch of its own, and its merge deploys. The server is one of ours that speaks Gitea's API."""

import http.server
import json
import re
import threading
import unittest

import harness

CALLS = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080)
pipeline_secret(app forge PASS_ENV FORGE_TOKEN)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository}
  PULL_REQUEST gitea PULL_REQUEST_TOKEN secret:forge PULL_REQUEST_URL {server}/team/manifests)
"""


def pull(number, title, head, base, of="team/manifests"):
    return {"number": number, "html_url": f"http://forge/pulls/{number}", "title": title, "state": "open",
            "head": {"label": head, "ref": head, "repo": {"id": 1 if of == "team/manifests" else 2}}, "base": {"ref": base, "repo": {"id": 1}}}


class Gitea(http.server.BaseHTTPRequestHandler):
    """As much of https://docs.gitea.com/api as is asked: open pull requests, a new one, its title and its state."""
    token, pulls, asked = "t0ken", [], []
    before = None
    """Called with each question and its body; what it gives is the answer."""

    def log_message(self, *words):
        pass

    def answered(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.asked.append((self.command, self.path, body))
        special = type(self).before and type(self).before(self, body)
        if special:
            return self.answered(*special)
        if self.headers.get("Authorization") != "token " + self.token:
            return self.answered(401, {"message": "invalid username, password or token"})
        found = re.fullmatch(r"/api/v1/repos/team/manifests/pulls(?:/(\d+))?(?:\?.*page=(\d+))?", self.path)
        if not found:
            return self.answered(404, {"message": "not found"})
        if self.command == "GET":
            return self.answered(200, [each for each in self.pulls if each["state"] == "open"] if found[2] == "1" else [])
        if self.command == "POST":
            if any(each["state"] == "open" and each["head"]["ref"] == body["head"] for each in self.pulls):
                return self.answered(409, {"message": "pull request already exists for these targets"})
            self.pulls.append(pull(len(self.pulls) + 1, body["title"], body["head"], body["base"]))
            return self.answered(201, self.pulls[-1])
        self.pulls[int(found[1]) - 1].update({key: value for key, value in body.items() if key in ("title", "state")})
        return self.answered(201, self.pulls[int(found[1]) - 1])

    do_GET = do_POST = do_PATCH = handle_any


class Proposal(harness.Case):
    def made(self):
        Gitea.pulls, Gitea.asked, Gitea.token, Gitea.before = [], [], "t0ken", None
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gitea)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.repository = self.folder / "m.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        self.bare("update-ref", "refs/heads/main", self.bare("commit-tree", "-m", "first", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"))
        tree = self.tree()
        tree.env["FORGE_TOKEN"] = "t0ken"
        tree.write("in.txt", "one")
        self.calls = CALLS.format(repository=self.repository, server=f"http://127.0.0.1:{server.server_address[1]}")
        tree.declare(self.calls)
        tree.commit()
        tree.configure()
        return tree

    def bare(self, *words):
        return harness.subprocess.run([harness.tool("git"), *harness.GIT, "--git-dir", str(self.repository), *words], check=True,
                                      capture_output=True, text=True, input="").stdout.strip()

    def merge(self):
        """What a person does on the page."""
        self.bare("update-ref", "refs/heads/main", "refs/heads/cicd/app/stage")
        Gitea.pulls[-1]["state"] = "closed"

    def next_commit(self, tree, content):
        tree.write("in.txt", content)
        return tree.commit()[:7]

    def test_a_deploy_is_proposed_and_its_merge_deploys(self):
        tree = self.made()
        first = self.bare("rev-parse", "main")
        done = tree.run("deploy-stage")
        self.assertIn("proposed: http://forge/pulls/1", done.all)
        self.assertEqual(self.bare("rev-parse", "main"), first)
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage^"), first)
        self.assertRegex(Gitea.pulls[0]["title"], r"deploy app [0-9a-f]{7} to stage")
        self.assertEqual(self.bare("ls-tree", "-r", "main"), "", "nothing is deployed before the merge")
        status = tree.cicd("status").stdout
        self.assertRegex(status, r"! app/stage: [0-9a-f]{7} is proposed, by .*, and deployed when it is merged: http://forge/pulls/1")
        self.assertIn("proposed: ", tree.cicd("status", "app", "stage").stdout)
        [told] = json.loads(tree.cicd("status", "--json").stdout)["environments"]
        self.assertEqual((told["proposal"]["link"], told["proposal"]["branch"], told["record"]), ("http://forge/pulls/1", "cicd/app/stage", None))
        # Without the token the branch still tells it.
        [told] = json.loads(tree.cicd("status", "--json", env={"FORGE_TOKEN": "wrong"}).stdout)["environments"]
        self.assertEqual((told["proposal"]["link"], told["proposal"]["branch"]), (None, "cicd/app/stage"))
        self.assertIn("proposed", [each["event"] for each in tree.events()])
        promoted = json.loads(tree.cicd("promote", "app", "stage", "--commit", "HEAD", "--json").stdout)
        self.assertEqual((promoted["deployed"], [each["link"] for each in promoted["proposed"]]), ([], ["http://forge/pulls/1"]))
        # Again: the same branch, the same pull request, no review is lost.
        proposed = self.bare("rev-parse", "cicd/app/stage")
        self.assertIn("proposed: http://forge/pulls/1", tree.run("deploy-stage").all)
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage"), proposed)
        self.merge()
        self.assertNotIn("proposed", tree.cicd("status").stdout)
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        self.assertEqual(tree.record(repository=self.repository)["generation"], 1)
        self.assertFalse(any("t0ken" in path.read_text(errors="replace") for path in tree.build.rglob("*") if path.is_file()))

    def test_what_cannot_be_signed_is_not_proposed(self):
        tree = self.made()
        tree.write("no-key", "no key at all", mode=0o600)
        tree.declare(self.calls.replace("PULL_REQUEST gitea", "SIGN secret:key PULL_REQUEST gitea") + "pipeline_secret(app key COMMAND cat no-key)\n")
        tree.commit()
        tree.configure()
        done = tree.run("deploy-stage", status=2)
        self.assertIn("the secret of SIGN is not a private SSH key: 'key'", done.all)
        self.assertEqual((self.bare("for-each-ref", "--format=%(refname)"), Gitea.pulls), ("refs/heads/main", []))

    def test_a_newer_deploy_moves_the_one_that_is_open_and_stands_on_the_main_branch(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.bare("update-ref", "refs/heads/main", self.bare("commit-tree", "-m", "of others", "-p", "main", "main^{tree}"))
        second = self.next_commit(tree, "two")
        self.assertIn("proposed: http://forge/pulls/1", tree.run("deploy-stage").all)
        self.assertEqual(len(Gitea.pulls), 1)
        self.assertIn(second, Gitea.pulls[0]["title"])
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage^"), self.bare("rev-parse", "main"))
        self.assertEqual(self.bare("rev-list", "--count", "main..cicd/app/stage"), "1")
        # An older one does not take its place.
        tree.git("checkout", "--quiet", "HEAD~1")
        tree.git("checkout", "--quiet", "-B", "main")
        self.assertEqual(tree.run("deploy-stage", status=None).returncode, 3)
        self.assertIn(second, Gitea.pulls[0]["title"])

    def test_what_is_overtaken_is_closed(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.merge()
        first = tree.git("rev-parse", "HEAD")
        self.next_commit(tree, "two")
        tree.run("deploy-stage")
        self.assertEqual([each["state"] for each in Gitea.pulls], ["closed", "open"])
        # The content is the first one again.
        self.next_commit(tree, "one")
        done = tree.run("deploy-stage")
        self.assertIn("superseded", done.all)
        self.assertEqual([each["state"] for each in Gitea.pulls], ["closed", "closed"])
        self.assertEqual(self.bare("for-each-ref", "--format=%(refname)"), "refs/heads/main")
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)

    def test_a_token_that_is_not_let_in_is_told_and_the_next_run_ends_it(self):
        tree = self.made()
        Gitea.token = "another"
        failed = tree.run("deploy-stage", status=6)
        self.assertIn("does not let this token open pull requests", failed.all)
        self.assertIn("invalid username, password or token", failed.all)
        self.assertRegex(failed.all, "done:? +the branch cicd/app/stage of .* is at [0-9a-f]{7}")
        self.assertNotIn("t0ken", failed.all.replace("FORGE_TOKEN", ""))
        Gitea.token = "t0ken"
        self.assertIn("proposed: http://forge/pulls/1", tree.run("deploy-stage").all)

    def test_the_token_is_masked_in_what_the_server_answers(self):
        tree = self.made()
        Gitea.before = lambda asked, body: (401, {"message": "no t0ken"}) if asked.command == "GET" else None
        self.assertIn("no ***", tree.run("deploy-stage", status=6).all)
        Gitea.before = lambda asked, body: (201, dict(pull(1, "t", "b", "main"), html_url="http://forge/?t0ken")) if asked.command == "POST" else None
        self.assertIn("proposed: http://forge/?***", tree.run("deploy-stage").all)
        self.assertFalse(any("t0ken" in path.read_text(errors="replace") for path in tree.build.rglob("*") if path.is_file()))

    def test_the_token_is_masked_in_what_a_step_prints(self):
        tree = self.made()
        tree.write("word.txt", "it says t0ken")
        self.calls += "pipeline_step(app say COMMAND cat word.txt INPUTS word.txt STAGE build)\n"
        tree.declare(self.calls)
        tree.commit()
        tree.configure()
        self.assertIn("it says ***", tree.run("app.say", "deploy-stage").all)
        self.assertFalse(any("t0ken" in path.read_text(errors="replace") for path in tree.build.rglob("*") if path.is_file()))

    def test_what_another_repository_proposes_for_an_environment_of_that_name_stays(self):
        tree = self.made()
        tree.git("remote", "add", "origin", "https://example.com/one/app.git")
        tree.run("deploy-stage")
        proposed, asked = self.bare("rev-parse", "cicd/app/stage"), len(Gitea.asked)
        other = self.tree(name="other")
        other.env["FORGE_TOKEN"] = "t0ken"
        other.write("in.txt", "two")
        other.declare(self.calls)
        other.commit()
        other.git("remote", "add", "origin", "https://example.com/two/app.git")
        other.configure()
        failed = other.run("deploy-stage", status=3)
        self.assertIn("what is proposed comes from another repository: 'example.com/one/app'", failed.stderr)
        self.assertIn("FORMERLY example.com/one/app", failed.stderr)
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage"), proposed)
        self.assertEqual([each[0] for each in Gitea.asked[asked:] if each[0] != "GET"], [])
        self.assertIn("proposed: http://forge/pulls/1", tree.run("deploy-stage").all)

    def test_the_pull_request_of_a_fork_is_another_one(self):
        tree = self.made()
        Gitea.pulls.append(pull(1, "of a fork", "cicd/app/stage", "main", of="fork/manifests"))
        Gitea.before = lambda asked, body: (201, Gitea.pulls.append(pull(2, body["title"], body["head"], "main")) or Gitea.pulls[1]) if asked.command == "POST" else None
        self.assertIn("proposed: http://forge/pulls/2", tree.run("deploy-stage").all)
        self.assertEqual(Gitea.pulls[0]["title"], "of a fork")

    def test_an_environment_of_that_name_with_another_path_does_not_take_the_branch(self):
        tree = self.made()
        tree.run("deploy-stage")
        proposed = self.bare("rev-parse", "cicd/app/stage")
        tree.declare(self.calls.replace("PULL_REQUEST gitea", "PATH elsewhere PULL_REQUEST gitea"))
        tree.commit()
        tree.configure()
        self.assertIn("with another PATH", tree.run("deploy-stage", status=3).all)
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage"), proposed)

    def added_to_the_branch(self, name):
        """A commit on the proposal, as a reviewer adds one."""
        tree = self.bare("rev-parse", "cicd/app/stage^{tree}")
        self.bare("update-ref", "refs/heads/cicd/app/stage", self.bare("commit-tree", "-m", name, "-p", "cicd/app/stage", tree))
        return self.bare("rev-parse", "cicd/app/stage")

    def test_a_commit_that_was_added_to_the_branch_stays(self):
        tree = self.made()
        tree.run("deploy-stage")
        added = self.added_to_the_branch("of the review")
        tree.run("deploy-stage")
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage"), added)
        self.next_commit(tree, "two")
        failed = tree.run("deploy-stage", status=3)
        self.assertRegex(failed.all, f"commits:? +{added[:7]} .*: of the review")
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage"), added)

    def test_a_run_that_another_has_overtaken_leaves_the_title(self):
        tree = self.made()
        Gitea.pulls.append(pull(1, "of a newer run", "cicd/app/stage", "main"))

        def move(asked, body):
            Gitea.before = None
            self.added_to_the_branch("newer")
        Gitea.before = move
        self.assertIn("another run has moved the branch", tree.run("deploy-stage", status=3).all)
        self.assertEqual(Gitea.pulls[0]["title"], "of a newer run")
        self.assertNotIn("PATCH", [each[0] for each in Gitea.asked])

    def test_what_can_be_known_before_is_said_before_anything_is_pushed(self):
        tree = self.made()
        for token, words in (("", "the value of the secret is empty"), ("t0ken\nX-Evil: 1", "holds line ends")):
            tree.env["FORGE_TOKEN"] = token
            self.assertIn(words, tree.run("deploy-stage", status=2).all)
        self.assertEqual(self.bare("for-each-ref", "--format=%(refname)"), "refs/heads/main")
        self.assertEqual(Gitea.asked, [])

    def test_what_the_declarations_show_is_refused_when_cmake_configures(self):
        tree = self.made()
        address = self.calls[self.calls.index("PULL_REQUEST_URL"):].rstrip().rstrip(")")
        for calls, words in ((self.calls.replace(address, ""), "PULL_REQUEST_URL is missing"),
                             (self.calls.replace(address, "PULL_REQUEST_URL http://git.example.com/team/manifests"), "http to this machine only"),
                             (self.calls.replace(address, "PULL_REQUEST_URL https://git.example.com:99999/team/manifests"), "PULL_REQUEST_URL")):
            tree.declare(calls)
            self.assertIn(words, tree.configure(status=1).all)


if __name__ == "__main__":
    unittest.main()
