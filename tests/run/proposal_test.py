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


class Gitea(http.server.BaseHTTPRequestHandler):
    """As much of https://docs.gitea.com/api as is asked: open pull requests, a new one, its title and its state."""
    token, pulls, asked = "t0ken", [], []

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
            self.pulls.append({"number": len(self.pulls) + 1, "html_url": f"http://forge/pulls/{len(self.pulls) + 1}", "title": body["title"],
                               "state": "open", "head": {"label": body["head"], "ref": body["head"], "repo": {"id": 1}},
                               "base": {"ref": body["base"], "repo": {"id": 1}}})
            return self.answered(201, self.pulls[-1])
        self.pulls[int(found[1]) - 1].update({key: value for key, value in body.items() if key in ("title", "state")})
        return self.answered(201, self.pulls[int(found[1]) - 1])

    do_GET = do_POST = do_PATCH = handle_any


class Proposal(harness.Case):
    def made(self):
        Gitea.pulls, Gitea.asked, Gitea.token = [], [], "t0ken"
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
        tree.declare(CALLS.format(repository=self.repository, server=f"http://127.0.0.1:{server.server_address[1]}"))
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
        # Again: the same branch, the same pull request, no review is lost.
        proposed = self.bare("rev-parse", "cicd/app/stage")
        self.assertIn("proposed: http://forge/pulls/1", tree.run("deploy-stage").all)
        self.assertEqual(self.bare("rev-parse", "cicd/app/stage"), proposed)
        self.merge()
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        self.assertEqual(tree.record(repository=self.repository)["generation"], 1)
        self.assertFalse(any("t0ken" in path.read_text(errors="replace") for path in tree.build.rglob("*") if path.is_file()))

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
        failed = tree.run("deploy-stage", status=5)
        self.assertIn("does not let this token open pull requests", failed.all)
        self.assertIn("invalid username, password or token", failed.all)
        self.assertNotIn("t0ken", failed.all.replace("FORGE_TOKEN", ""))
        Gitea.token = "t0ken"
        self.assertIn("proposed: http://forge/pulls/1", tree.run("deploy-stage").all)


if __name__ == "__main__":
    unittest.main()
