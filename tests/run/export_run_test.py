"""Exported files are run: the lines of each job are taken out of each file and executed in order, each job in a fresh clone on a machine
of its own with that system's variables, up to a deploy to the embedded default. And what jobs hand on to each other is taken by
no other run."""

import hashlib
import http.server
import io
import json
import re
import shutil
import subprocess
import tarfile
import threading
import unittest

import ci_files
import export_test
import gitlab
import harness
from export_test import CI, GATED, MANY, PIPELINE, PUSH, SYSTEMS, WHOLE

FORK = dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="pull/7", CIRCLE_PR_NUMBER="7", CIRCLE_PR_USERNAME="mallory", CIRCLE_PR_REPONAME="app",
            CIRCLE_PROJECT_USERNAME="us", CIRCLE_PROJECT_REPONAME="app", CIRCLE_PULL_REQUEST="https://example.com/us/app/pull/7",
            CIRCLE_WORKFLOW_WORKSPACE_ID="73")
# What each system says of a pull request of the repository's own branch; CircleCI builds the branch.
REQUEST = {
    "github": dict(CICD_ACTION="synchronize", GITHUB_EVENT_NAME="pull_request", GITHUB_REF="refs/pull/7/merge", GITHUB_REF_NAME="7/merge", GITHUB_HEAD_REF="feature/x", GITHUB_BASE_REF="main"),
    "gitlab": dict(CI_PIPELINE_SOURCE="merge_request_event", CI_COMMIT_BRANCH="", CI_MERGE_REQUEST_IID="7", CI_MERGE_REQUEST_PROJECT_ID="3", CI_MERGE_REQUEST_SOURCE_PROJECT_ID="3",
                   CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", CI_MERGE_REQUEST_SOURCE_BRANCH_NAME="feature/x", CI_COMMIT_REF_SLUG="feature-x"),
    "circleci": dict(CIRCLE_BRANCH="feature/x"),
    "buildkite": dict(BUILDKITE_BRANCH="feature/x", BUILDKITE_PULL_REQUEST="7", BUILDKITE_PULL_REQUEST_BASE_BRANCH="main", BUILDKITE_PULL_REQUEST_REPO="https://example.com/us/app"),
    "jenkins": dict(BRANCH_NAME="PR-7", CHANGE_ID="7", CHANGE_TARGET="main", CHANGE_BRANCH="feature/x", CHANGE_AUTHOR_DISPLAY_NAME="joan", BUILD_TAG="jenkins-app-PR-7-1"),
}
# What is known of the programs that a script starts is nothing: its result counts for one machine, or one CI run.
SCRIPT = PIPELINE.replace("COMMAND cp in.txt out.txt INPUTS in.txt", "COMMAND sh build.sh INPUTS in.txt build.sh")


# The gate of that run was not passed.
NOT_PASSED = {"GITHUB_REPOSITORY": "us/other", "CI_JOB_MANUAL": "false", "BUILDKITE_UNBLOCKER": ""}
# The programs of the systems, as far as jobs call them: Buildkite's files of a step lie in the folder of its name.
PROGRAMS = {
    "circleci-agent": """touch "$HALTED"
""",
    "buildkite-agent": """case "$1 $2" in
"artifact upload") mkdir -p "$UPLOADED" && cp $3 "$UPLOADED/";;
"artifact download")
  test "$4" = . && mkdir -p "${3%/*}" && cp "$ARTIFACTS/${6:-all}/"${3##*/} "${3%/*}/";;
"oidc request-token") echo "of-the-job for $4";;
*) exit 2;;
esac
""",
}


def review(state, who, place="prod"):
    return {"state": state, "user": {"login": who}, "environments": [{"name": f"app-{place}-approval"}]}


class Reviews(http.server.BaseHTTPRequestHandler):
    """What GitHub says of who let a run go on, and of who wrote a commit."""

    reviews = [review("pending", "mallory"), review("approved", "octocat"), review("rejected", "hubot", "stage")]
    commit = {"author": {"login": "jdoe-hub"}, "committer": {"login": "web-flow"}}

    def do_GET(self):
        told = []
        if self.path == "/repos/us/app/actions/runs/71/approvals" and self.headers["Authorization"] == "Bearer of-the-job":
            told = self.reviews
        elif re.fullmatch("/repos/us/app/commits/[0-9a-f]{40}", self.path) and self.headers["Authorization"] == "Bearer of-the-job":
            told = self.commit
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words):
        pass


class Jobs:
    """The jobs of one run of a CI system, in the order of its file."""

    def __init__(self, case, tree, system, text=None, env=None, registry=None, branch="main"):
        self.branch, self.case, self.tree, self.system = branch, case, tree, system
        jobs = ci_files.jobs_of(system, text or (tree.source / SYSTEMS[system]).read_text())
        self.jobs = {name: job for name, job in jobs.items() if ": " not in name}  # of Drone those of a push
        self.env, self.kept, self.ran, self.outputs, self.where = {**PUSH[system], **(env or {})}, {}, [], {}, None
        self.registry = registry
        self.server = gitlab.served(case, tree)[1] if system == "gitlab" else None

    def shared(self, name):
        """The machine of a row of jobs; of Jenkins of those that come before the gates."""
        if self.system == "jenkins" and not any(line.startswith("unstash ") for line in self.jobs.get(name, ((), ()))[1]):
            return "cicd"
        return "push" if self.system == "drone" else None

    def machine(self, name):
        """A fresh clone with a cache and a home of its own; of Drone it is one for all steps of a pipeline."""
        shared = self.shared(name)
        if shared:
            name = shared
            if self.where:
                return self.where
        where = harness.Tree(self.tree.root / re.sub("[^a-z0-9-]", "", f"{self.system}-{name}"), source="source", build="source/build")
        shutil.rmtree(where.source)
        subprocess.run([harness.tool("git"), "clone", "--quiet", "--branch", self.branch, str(self.tree.remote), str(where.source)], check=True)
        where.env.update(self.env, cicd_ROOT=harness.package(), GITHUB_OUTPUT=str(where.home / "output"), GITHUB_WORKSPACE=str(where.source),
                         HALTED=str(where.home / "halted"), PATH=f"{self.tree.root}/bin:{where.env['PATH']}")
        where.env.update(ARTIFACTS=str(where.home / "artifacts"), UPLOADED=str(where.home / "uploaded"), BUILDKITE_STEP_KEY=name)
        if self.server:
            gitlab.came_from(where, self.server, self.tree.remote)
            where.env.update({**gitlab.of_job(name, self.server), **self.env})
        for program, lines in PROGRAMS.items():
            path = self.tree.root / "bin" / program
            path.parent.mkdir(exist_ok=True)
            path.write_text("#!/bin/sh\n" + lines)
            path.chmod(0o755)
        if self.registry:
            self.case.trust(where, self.registry)
        (where.home / "machine-id").write_text(name.encode().hex().ljust(32, "0")[:32] + "\n")
        self.case.trees.append(where)
        return where

    def before(self, name):
        """All jobs that it comes after, through others: whose files a workspace has."""
        found, open_ = [], [name]
        while open_:
            more = [each for each in self.jobs[open_.pop()][0] if each not in found]
            found += more
            open_ += more
        return found

    def take(self, name, where, after):
        if self.system == "buildkite":  # the lines of the job fetch them
            for job, files in self.kept.items():
                for file, content in files.items() if job in self.before(name) else ():
                    for folder in (job, "all"):
                        path = where.home / "artifacts" / folder / file
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(content)
            return
        folder = where.source / "build/cicd-export"
        if self.shared(name) or self.system == "jenkins":
            return
        folder.mkdir(parents=True)
        for job in self.before(name) if self.system == "circleci" else after:
            for file, content in self.kept.get(job, {}).items():
                (folder / file).write_bytes(content)

    def line(self, where, line):
        """By the shell that the systems take, where this machine has another identity. Jenkins has steps for what is handed on."""
        word, *given = line.split()
        if word == "stash":
            self.kept[given[0]] = {given[1].rpartition("/")[2]: (where.source / given[1]).read_bytes()}
            line = "true"
        if word == "unstash":
            for file, content in self.kept.get(given[0], {}).items():
                (where.source / "build/cicd-export" / file).write_bytes(content)
            line = "true"
        words = ["unshare", "--mount", "sh", "-c", f"mount --bind {where.home}/machine-id /etc/machine-id && exec bash -e -o pipefail -c \"$0\"", line]
        return where.call(words, cwd=where.source)

    def run(self, name, before=None, env=None):
        """The lines of a job until one fails or says that it is not needed; gives the last one's end."""
        after, lines = self.jobs[name]
        if self.system == "github" and name not in ("decide", "result") and name not in self.outputs:
            return None
        if self.system == "jenkins" and self.where and name not in ("decide", "result") and name not in self.outputs:
            return None
        where = self.machine(name)
        where.env.update(env or {})
        self.take(name, where, after)
        done = None
        for line in lines:
            if before and line.startswith(before[0]):
                before[1](where)
            # The lines of a script are one shell there.
            done = self.line(where, line)
            if done.returncode or (where.home / "halted").exists() or ("|| exit 0" in line and not self.is_needed(where, line)):
                break
        else:
            self.ran.append(name)
        folder = where.home / "uploaded" if self.system == "buildkite" else where.source / "build/cicd-export"
        made = folder.iterdir() if folder.exists() else ()
        if self.system == "jenkins":
            self.outputs = self.outputs or (folder / "jobs.txt").read_text().split()
        else:
            self.kept[name] = {path.name: path.read_bytes() for path in made if path.name.startswith(name + ".") or (name == "decide" and path.suffix == ".txt")}
        if name == "decide" and self.system == "github":
            self.outputs = json.loads((where.home / "output").read_text().removeprefix("jobs="))
        self.where = where
        return done

    @staticmethod
    def is_needed(where, line):
        return subprocess.run(["bash", "-c", line.replace("|| exit 0", "")], cwd=where.source, capture_output=True).returncode == 0

    def run_all(self, without=()):
        for name in self.jobs:
            if name in without:
                continue
            done = self.run(name)
            self.case.assertTrue(done is None or done.returncode == 0, f"{self.system} {name}: {done and done.all}")


def remade(whole, change=lambda name, content: (name, content), more=(), is_told=False):
    """A file of results with other members, of None a link; `is_told`: its own table knows of them."""
    with tarfile.open(fileobj=io.BytesIO(whole)) as old:
        members = dict([*(change(member.name, old.extractfile(member).read()) for member in old if member.isfile()), *more])
    if is_told:
        head = json.loads(members["head.json"])
        head["digests"] = [{"path": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in members.items()]
        head["digests"] = [one for one in head["digests"] if one["path"].startswith(("tree/", "plans/"))]
        members["head.json"] = json.dumps(head).encode()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as new:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.linkname, content = tarfile.SYMTYPE, "/etc/passwd", b""
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return made.getvalue()


class ExportRun(export_test.ExportCase):
    def answered_by(self, answers):
        """The variables that lead to what GitHub says, and those of a step of Buildkite behind a block."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return {"GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}", "GITHUB_TOKEN": "of-the-job",
                "BUILDKITE_UNBLOCKER": "Carol", "BUILDKITE_UNBLOCKER_EMAIL": "carol@example.com"}

    def test_a_gate_is_passed_by_reviews_none_of_which_rejects_it_and_not_by_who_wrote_the_commit(self):
        class Answers(Reviews):
            pass

        tree = self.declared(PIPELINE + "pipeline_environment(app prod ON branch main APPROVAL other VIA gitops)\n")
        gate, plan = self.answered_by(Answers), self.folder / "plan.json"
        env = {**PUSH["github"], **gate}

        def approve(status, name="app-prod-approval", env=env):
            return tree.cicd("approve", "app", "prod", "--gate", name, "--plan", plan, "--reason", "passed", status=status, env=env).all

        tree.run("app.publish", env=env)
        tree.cicd("plan", "app.deploy-prod", "--out", plan, env=env)
        self.assertEqual(plan.stat().st_mode & 0o777, 0o600)
        for reviews, commit, says in (
                ([], Reviews.commit, "was not approved"),
                ([review("approved", "octocat"), review("rejected", "boss")], Reviews.commit, "rejected by: boss"),
                ([review("rejected", "boss"), review("approved", "octocat")], Reviews.commit, "rejected by: boss"),
                ([review("approved", "octocat"), review("approved", "jdoe-hub")], Reviews.commit, "who wrote the commit"),
                ([review("approved", "jdoe-hub"), review("approved", "octocat")], Reviews.commit, "who wrote the commit"),
                ([review("approved", "JDoe-hub")], Reviews.commit, "who wrote the commit"),
                ([review("approved", "octocat")], {**Reviews.commit, "committer": {"login": "octocat"}}, "who wrote the commit"),
                ([review("approved", "octocat")], {"author": None, "committer": None}, "does not know the author")):
            Answers.reviews, Answers.commit = reviews, commit
            self.assertIn(says, approve(5))
        Answers.reviews, Answers.commit = [*Reviews.reviews, review("approved", "ada")], Reviews.commit
        # Without a gate it is who started the job.
        self.assertIn("who wrote the commit", tree.cicd("approve", "app", "prod", "--reason", "mine", status=5, env={**env, "GITHUB_ACTOR": "jdoe-hub"}).all)
        buildkite = {**PUSH["buildkite"], **gate, "BUILDKITE_STEP_KEY": "app-deploy-prod"}
        self.assertIn("behind another gate: 'app-approve-prod'", approve(5, "app-approve-prod", buildkite))
        self.assertIn("was not approved", approve(5, "app-deploy-prod", {**buildkite, "BUILDKITE_UNBLOCKER": ""}))
        self.assertIn("the author of the commit cannot approve it", approve(5, "app-deploy-prod", {**buildkite, "BUILDKITE_UNBLOCKER": "Jane Doe", "BUILDKITE_UNBLOCKER_EMAIL": "jane@example.com"}))
        approve(0, "app-deploy-prod", buildkite)
        self.assertIn("ada, octocat", approve(0))
        tree.cicd("deploy", "--plan", plan, env=env)
        # There is nothing to deploy, again and of a commit that changes nothing of it.
        self.assertIn("nothing would be deployed", approve(0))
        tree.write("README.md", "more")
        tree.commit()
        tree.cicd("plan", "app.deploy-prod", "--out", plan, env=env)
        self.assertIn("nothing would be deployed", approve(0))
        tree.cicd("deploy", "--plan", plan, env=env)
        # What was saved of another commit is refused before anything is made.
        tree.write("in.txt", "two")
        tree.commit()
        self.assertIn("the saved plan is of another commit", tree.cicd("deploy", "--plan", plan, status=5, env=env).all)
        made = lambda: {path.read_text() for path in tree.root.rglob("out.txt") if path.is_file()}
        self.assertEqual(made(), {"one"})
        # The twin: a plan that does not say its commit.
        saved = json.loads(plan.read_text())
        del saved["deploys"][0]["commit"]
        plan.write_text(json.dumps(saved))
        tree.cicd("deploy", "--plan", plan, status=5, env=env)
        self.assertIn("two", made())

    def test_who_started_a_job_of_gitlab_is_told_by_the_server_of_the_clone_and_by_no_variable(self):
        tree = self.declared(PIPELINE + "pipeline_environment(app prod ON branch main APPROVAL other VIA gitops)\n")
        tree.commit()
        says, address = gitlab.served(self, tree)
        gitlab.came_from(tree, address, tree.remote)
        plan, name = self.folder / "plan.json", "app-deploy-prod"
        env = {**PUSH["gitlab"], **gitlab.of_job(name, address)}

        def approve(status, gate=name, **more):
            return tree.cicd("approve", "app", "prod", "--gate", gate, "--plan", plan, "--reason", "passed", status=status, env={**env, **more}).all

        tree.run("app.publish", env=env)
        tree.cicd("plan", "app.deploy-prod", "--out", plan, env=env)
        # What whoever presses play may set: the author is the boss by each of them.
        boss = {"GITLAB_USER_NAME": "The Boss", "GITLAB_USER_LOGIN": "boss", "GITLAB_USER_EMAIL": "boss@example.com", "CI_ENVIRONMENT_NAME": "app/prod"}
        for user in ({"name": "Jane", "username": "jane"}, {"name": "jane doe", "username": "jd"}, {"name": "J", "username": "jd", "public_email": "Jane@example.com"}):
            says.user = user
            self.assertIn("who wrote the commit", approve(5, **boss))
        says.user, says.commit = {"name": "Ann", "username": "ann"}, {"committer_name": "Ann"}
        self.assertIn("who wrote the commit", approve(5, **boss))
        says.user, says.commit = gitlab.JOE, {"id": "0" * 40}
        self.assertIn("does not know the author", approve(5))
        says.commit = {}
        # Another system's variables do not take the place of these.
        self.assertIn("does not say who approves", approve(6, GITLAB_CI="", CI_JOB_TOKEN="", BUILDKITE="true", BUILDKITE_STEP_KEY=name, BUILDKITE_UNBLOCKER="The Boss"))
        self.assertIn("behind another gate: 'app-deploy-prod'\n  allowed: app-build", approve(5, CI_JOB_TOKEN=gitlab.TOKEN + "app-build"))
        self.assertIn("was not approved", approve(5, CI_JOB_MANUAL="false"))
        self.assertIn("status 404", approve(6, CI_JOB_TOKEN="another"))
        boss, there = gitlab.served(self, tree, user={"name": "The Boss", "username": "boss"})
        for variable in ("CI_API_V4_URL", "CI_SERVER_URL"):
            self.assertIn(f"{variable} is not of the server that this clone came from", approve(5, **{variable: there.replace("127.0.0.1", "localhost")}))
        # Another port, and another path, of that host.
        self.assertIn("Joe <joe>", approve(0, CI_API_V4_URL=f"{there}/raw"))
        tree.cicd("deploy", "--plan", plan, env=env)
        # Settings of git that variables lead to.
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("app.publish", env=env)
        tree.cicd("plan", "app.deploy-prod", "--out", plan, env=env)
        other = self.folder / "gitconfig"
        other.write_text(f'[remote "origin"]\n  url = {there}/us/app.git\n[user]\n  name = Joe\n  email = joe@example.com\n')
        self.assertIn("Joe <joe>", approve(0, GIT_CONFIG_GLOBAL=str(other), GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="remote.origin.url", GIT_CONFIG_VALUE_0=f"{there}/us/app.git"))
        tree.git("config", "remote.origin.url", str(tree.remote))
        self.assertIn("does not say which GitLab server to ask", approve(5))

    def test_an_approval_is_of_the_plan_and_by_the_gate_that_it_names(self):
        tree = self.declared(PIPELINE + "pipeline_environment(app prod ON branch main APPROVAL required VIA gitops)\n")
        plan = self.folder / "plan.json"

        def approve(status, *words, **env):
            return tree.cicd("approve", "app", "prod", "--reason", "seen", *words, status=status, env=env).all

        tree.run("app.publish")
        tree.cicd("plan", "app.deploy-prod", "--out", plan)
        self.assertIn("no gate was passed", approve(5, "--gate", "app-prod-approval"))
        self.assertIn("does not name who passed a gate: 'CircleCI'", approve(5, "--gate", "app-prod-approval", **PUSH["circleci"]))
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("app.publish")
        self.assertIn("what would be approved is no longer what the saved plan was made of", approve(5, "--plan", plan))
        plan.write_text("{}")
        self.assertIn("not a saved plan", approve(2, "--plan", plan))

    def test_jobs_lead_from_a_fresh_clone_to_a_gate_and_what_passed_it_is_what_was_shown(self):
        tree = self.exported(GATED.replace("COMMAND cp", "COMMAND /bin/cp") + CI)
        tree.commit()
        gate = self.answered_by(Reviews)
        for system in SYSTEMS:
            with self.subTest(system):
                jobs = Jobs(self, tree, system, env=gate)
                jobs.run_all(without=("app-deploy-prod",))
                ran = [name for name in jobs.ran if name not in ("decide", "app-approve-prod")]
                result = "result" if "result" in ran else "cicd / result"
                self.assertEqual(sorted(ran), sorted(["app-build", "app-test", "app-image", "app-publish", "app-deploy-stage", "app-plan-prod", result]))
                shared = {"drone": "push", "jenkins": "cicd"}.get(system)
                deployed = harness.Tree(tree.root / f"{system}-{shared or 'app-deploy-stage'}", build="source/build")
                self.assertEqual(deployed.record()["commit"], tree.git("rev-parse", "HEAD"))
                if not shared:
                    self.assertEqual(deployed.outcomes()["app/build"], "reused", deployed.outcomes())
                if system != "drone":  # promotes another build
                    self.pass_gate(system, jobs)
                    self.assertEqual(jobs.where.record("prod")["commit"], tree.git("rev-parse", "HEAD"))

    def test_a_preview_is_planned_and_what_passed_its_gate_is_what_was_shown(self):
        class Answers(Reviews):
            reviews = [review("approved", "octocat", "stage-preview"), review("approved", "hubot", "stage")]

        tree = self.exported(PIPELINE.replace("COMMAND cp", "COMMAND /bin/cp") + "pipeline_preview(app IN stage HOST app-{slug}.example.com APPROVAL required)\n" + CI)
        tree.commit()
        tree.git("switch", "--quiet", "--create", "feature/x")
        tree.write("in.txt", "two")
        commit, event, same = tree.commit(), self.folder / "event.json", {"repo": {"full_name": "us/app"}}
        event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"ref": "feature/x", **same}, "base": {"ref": "main", **same}}, "repository": same["repo"]}))
        gate = {**self.answered_by(Answers), "CI_ENVIRONMENT_NAME": "app/preview/feature-x", "GITHUB_EVENT_PATH": str(event)}
        for system in REQUEST:
            with self.subTest(system):
                jobs = Jobs(self, tree, system, env={**gate, **REQUEST[system]}, branch="feature/x")
                jobs.run_all(without=("app-deploy-branch", "app-undeploy-branch", "app-sweep"))
                published = ["app-publish"] if system == "circleci" else []  # of each branch
                ran = [name for name in jobs.ran if name not in ("decide", "app-approve-branch", "result", "cicd / result")]
                self.assertEqual(sorted(ran), sorted(["app-build", "app-test", "app-image", *published, "app-plan-branch"]))
                self.pass_gate(system, jobs, "branch", "app stage --preview")
                place, = {path.rpartition("/")[0] for path in jobs.where.manifests("ls-tree", "-r", "--name-only", "main").split() if path.startswith("previews/stage/app/feature-x-")}
                record = json.loads(jobs.where.manifests("show", f"main:.cicd/records/{place}.json"))
                self.assertEqual((record["commit"], record["branch"]), (commit, "feature/x"))

    def test_previews_of_one_matrix_are_deployed_by_the_plan_and_the_gate_of_each(self):
        tree = self.exported(MANY + CI)
        tree.commit()
        tree.git("switch", "--quiet", "--create", "feature/x")
        tree.write("in.txt", "two")
        tree.commit()
        jobs = Jobs(self, tree, "gitlab", env={**REQUEST["gitlab"], "CI_JOB_MANUAL": "true"}, branch="feature/x")
        jobs.run("decide")
        for job in ("all-image", "all-plan-branch", "{}-deploy-branch"):
            for name, gate in (("p1", "p1"), ("p2", "p2"), *([("p3", "p2")] if job != "all-image" else [])):
                jobs.where.env.update(CICD_PIPELINE=name, **gitlab.of_job(job.format(gate), jobs.server))
                done = [jobs.line(jobs.where, line) for line in jobs.jobs[job.format(name)][1]]
                told = "\n".join(one.all for one in done if one.returncode)
                is_refused = name == "p3" and "deploy" in job  # by the gate of another
                self.assertEqual((bool(told), "behind another gate: 'p3-deploy-branch'" in told), (is_refused, is_refused), told)
        places = {path.split("/")[2] for path in jobs.where.manifests("ls-tree", "-r", "--name-only", "main").split() if path.startswith("previews/")}
        self.assertEqual(places, {"p1", "p2"})

    def test_the_plan_of_a_preview_makes_what_no_job_before_it_needs_to_make(self):
        tree = self.exported(PIPELINE + "pipeline_step(app check COMMAND cmp other.txt other.txt INPUTS other.txt CHECK)\npipeline_preview(app IN stage HOST app-{slug}.example.com)\n" + CI)
        tree.write("other.txt", "one")
        tree.commit()
        tree.git("switch", "--quiet", "--create", "feature/x")
        tree.write("other.txt", "two")
        tree.commit()
        jobs = Jobs(self, tree, "gitlab", env=REQUEST["gitlab"], branch="feature/x")
        jobs.run_all(without=("app-undeploy-branch", "app-sweep", "cicd / result"))
        self.assertEqual(jobs.ran, ["decide", "app-check", "app-plan-branch", "app-deploy-branch"])
        self.assertEqual((jobs.where.outcomes()["app/image"], jobs.where.outcomes()["app/deploy-branch"]), ("reused", "ran"))
        # The twin: without that line there is nothing to be shown.
        after, lines = jobs.jobs["app-plan-branch"]
        jobs.jobs["app-plan-branch"] = (after, [line for line in lines if line != "cmake --build build --target app.image"])
        shutil.rmtree(tree.root / "gitlab-app-plan-branch")
        self.assertIn("its plan cannot be saved: what it would deploy is not made yet", jobs.run("app-plan-branch").all)

    def pass_gate(self, system, jobs, what="prod", subject="app prod"):
        plan, deploy = f"app-plan-{what}", f"app-deploy-{what}"
        # Something else than what was shown: the plan's digest is another one, or its commit.
        kept = jobs.kept[plan][f"{plan}.cicd"]
        for member, says in (("approval", "no longer what the saved plan was made of"), ("commit", "the saved plan is of another commit")):
            jobs.kept[plan][f"{plan}.cicd"] = self.with_other_plan(kept, member)
            refused = jobs.run(deploy)
            self.assertEqual(refused.returncode, 5, refused.all)
            self.assertIn(says, refused.all)
            shutil.rmtree(jobs.where.root)
        jobs.kept[plan][f"{plan}.cicd"] = kept
        if system not in ("circleci", "jenkins"):  # names who passed the gate
            refused = jobs.run(deploy, env=NOT_PASSED)
            self.assertEqual(refused.returncode, 5, refused.all)
            shutil.rmtree(jobs.where.root)
            done = jobs.run(deploy)
        else:
            done = jobs.run(deploy)
            self.assertEqual(done.returncode, 5, done.all)
            self.assertIn(f"cicd approve {subject}", done.all)
            done = jobs.line(jobs.where, f"build/.cicd/cicd approve {subject} --reason seen && build/.cicd/cicd deploy --plan build/.cicd/plans/app-{what}.plan.json")
        self.assertEqual(done.returncode, 0, done.all)
        approver = {"github": "octocat", "gitlab": "Joe", "circleci": "jane", "jenkins": "joan", "buildkite": "Carol <carol@example.com>"}[system]
        self.assertIn(approver, self.approver_in(jobs.where))

    def test_a_promotion_of_drone_deploys_what_its_commit_has_and_is_the_approval_of_who_promoted(self):
        registry, manifests = self.registry()[0], self.folder / "manifests.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(manifests)], check=True)
        shared = GATED.replace("add_pipeline(app)", f"add_pipeline(app IMAGE {registry}/app)").replace("APPROVAL required", "APPROVAL other").replace("VIA gitops", f"VIA gitops REPOSITORY {manifests}").replace(f"{manifests}", f"{manifests} HEALTH committed", 1)
        tree = self.exported(shared + CI)
        tree.commit()
        commit = tree.git("rev-parse", "HEAD")
        here = {"DRONE_GIT_HTTP_URL": str(tree.remote)}
        pushed = Jobs(self, tree, "drone", env=here, registry=registry)
        pushed.run_all()
        self.assertEqual(pushed.ran[-3:], ["app-deploy-stage", "app-plan-prod", "cicd / result"])
        lines = self.jobs(tree, "drone")["app-deploy-prod: app-deploy-prod"][1]
        promote = {**here, "DRONE_BUILD_EVENT": "promote", "DRONE_DEPLOY_TO": "app-deploy-prod", "DRONE_BUILD_TRIGGER": "carol", "DRONE_COMMIT_SHA": commit,
                   "DRONE_BUILD_NUMBER": "76"}
        for env, status, says in (({"DRONE_BUILD_TRIGGER": "@hook"}, 5, "was not approved"), ({"DRONE_DEPLOY_TO": "app-deploy-else"}, 5, "behind another gate"),
                                  ({"DRONE_BUILD_TRIGGER": "jdoe-drone"}, 5, "who wrote the commit"), ({"DRONE_COMMIT_AUTHOR": ""}, 5, "does not know the author"),
                                  ({"DRONE_COMMIT_REF": "refs/pull/7/head"}, 5, "fork"), ({}, 0, "")):
            jobs = Jobs(self, tree, "drone", env={**promote, **env}, registry=registry)
            shutil.rmtree(tree.root / "drone-push")
            where = jobs.machine("promoted")
            for line in lines:
                done = jobs.line(where, line)
                if done.returncode:
                    break
            self.assertEqual((done.returncode, says in done.all), (status, True), done.all)
        self.assertIn("carol", self.approver_in(where))
        self.assertEqual(where.outcomes(), {"app/deploy-prod": "ran"})

    def test_a_deploy_without_on_is_planned_and_waits_for_its_gate_where_it_is_started_by_hand(self):
        tree = self.exported(PIPELINE.replace("COMMAND cp", "COMMAND /bin/cp") + "pipeline_environment(app demo APPROVAL required VIA gitops)\n" + CI)
        tree.commit()
        gitlab, circle = (self.file(tree, system) for system in ("gitlab", "circleci"))
        self.assertEqual(gitlab["app-plan-demo"]["rules"], [{"if": '$CI_PIPELINE_SOURCE == "web"', "when": "manual", "allow_failure": True}])
        self.assertEqual([one["job"] for one in gitlab["app-deploy-demo"]["needs"]], ["app-plan-demo"])
        flows = {name: [next(iter(each)) if isinstance(each, dict) else each for each in flow["jobs"]] for name, flow in circle["workflows"].items()}
        self.assertEqual(flows["app-deploy-demo"], ["app-plan-demo", "app-approve-demo", "app-deploy-demo"])
        self.assertEqual(circle["workflows"]["app-deploy-demo"]["when"], {"or": [{"equal": ["app-deploy-demo", "<< pipeline.parameters.job >>"]}]})
        self.assertEqual((set(flows), {"app-approve-demo", "app-plan-demo"} & set(flows["cicd"])), ({"cicd", "app-deploy-demo"}, set()))
        for system, env in (("gitlab", {"CI_PIPELINE_SOURCE": "web"}), ("circleci", {"CICD_JOB": "app-deploy-demo"})):
            with self.subTest(system):
                jobs = Jobs(self, tree, system, env=env)
                done = jobs.run("app-plan-demo")
                self.assertEqual(done.returncode, 0, done.all)
                if system == "circleci":
                    done = jobs.run("app-deploy-demo", before=("build/.cicd/cicd deploy", lambda where: where.cicd("approve", "app", "demo", "--reason", "seen")))
                    other = Jobs(self, tree, system, env={"CICD_JOB": "app-deploy-else"})
                    shutil.rmtree(tree.root / "circleci-app-plan-demo")
                    other.run("app-plan-demo")
                    self.assertEqual(other.ran, [])
                else:
                    done = jobs.run("app-deploy-demo")
                self.assertEqual(done.returncode, 0, done.all)
                self.assertEqual(jobs.where.record("demo")["commit"], tree.git("rev-parse", "HEAD"))

    def test_a_build_that_names_a_job_does_it_and_what_comes_before_it(self):
        tree = self.exported(PIPELINE.replace("COMMAND cp", "COMMAND /bin/cp") + "pipeline_environment(app demo APPROVAL required VIA gitops)\n" + CI)
        tree.commit()
        named = {"CICD_JOB": "app-deploy-demo", "BUILDKITE_SOURCE": "ui", "BUILDKITE_UNBLOCKER": "Carol"}
        for system in ("buildkite", "jenkins"):
            with self.subTest(system):
                jobs = Jobs(self, tree, system, env=named)
                jobs.run_all(without=("app-deploy-demo", "result"))
                self.assertEqual([name for name in jobs.ran if name not in ("decide", "app-approve-demo")], ["app-build", "app-test", "app-image", "app-publish", "app-plan-demo"])
                done = jobs.run("app-deploy-demo")
                if system == "jenkins":
                    self.assertEqual(done.returncode, 5, done.all)
                    self.assertIn("cicd approve app demo", done.all)
                    continue
                self.assertEqual(done.returncode, 0, done.all)
                self.assertEqual(jobs.where.record("demo")["commit"], tree.git("rev-parse", "HEAD"))

    def test_what_was_started_in_the_browser_does_not_end_well_without_having_done_it(self):
        tree = self.exported(GATED.replace("app prod ON branch main", "app prod ON tag v*") + CI)
        tree.commit()
        gitlab = self.file(tree, "gitlab")
        for name in ("app-plan-prod", "app-deploy-prod", "app-deploy-stage"):
            self.assertTrue(all(rule["if"].startswith('$CI_PIPELINE_SOURCE == "push" && ') for rule in gitlab[name]["rules"]), name)
        jobs = Jobs(self, tree, "gitlab", env={"CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1"})
        self.assertEqual(jobs.run("decide").returncode, 0)
        refused = jobs.run("app-deploy-prod")
        self.assertEqual((refused.returncode, refused.stdout), (1, "this event does not need this job\n"), refused.all)

    def approver_in(self, where):
        """Who approved, by the events of the run that was let in."""
        runs = [path.read_text() for path in (where.build / ".cicd/runs").glob("*/events.ndjson")]
        return "\n".join(line for text in runs for line in text.splitlines() if '"approved"' in line)

    def with_other_plan(self, bytes_of_file, member):
        def change(name, content):
            if name.startswith("plans/"):
                saved = json.loads(content)
                for one in saved["deploys"]:
                    one[member] = "0" * len(one[member])
                content = json.dumps(saved).encode()
            return name, content

        return remade(bytes_of_file, change, is_told=True)

    def test_results_of_unknown_programs_count_for_all_machines_of_one_run(self):
        tree = self.declared(SCRIPT + CI)
        tree.write("build.sh", "cp in.txt out.txt\n")
        tree.cicd("export")
        tree.commit()
        jobs = Jobs(self, tree, "gitlab")
        for name in ("decide", "app-build", "app-test"):
            done = jobs.run(name)
            self.assertEqual(done.returncode, 0, done.all)
        self.assertEqual(jobs.where.outcomes()["app/build"], "reused")
        # The twin: without the file it is another machine's.
        jobs.kept["app-build"] = {}
        shutil.rmtree(jobs.where.root)
        self.assertEqual(jobs.run("app-test").returncode, 0)
        self.assertEqual(jobs.where.outcomes()["app/build"], "ran")

    # ---- what is handed on ----

    def saved(self, tree, **env):
        file = self.folder / "app.cicd"
        tree.cicd("cache", "save", file, "app.build", env=env)
        return file

    def test_a_file_is_taken_by_its_own_run_commit_and_change_alone(self):
        tree = self.committed(PIPELINE)
        tree.run("app/build")
        file = self.saved(tree, **PUSH["circleci"])
        self.assertIn("1 step", tree.cicd("cache", "load", file, env=PUSH["circleci"]).stdout)
        for env, what in (({**PUSH["circleci"], "CIRCLE_WORKFLOW_WORKSPACE_ID": "74"}, "CI run"), (PUSH["gitlab"], "CI run"), ({}, "CI run"), (FORK, "change")):
            refused = tree.cicd("cache", "load", file, status=5, env=env)
            self.assertIn(f"results of another {what} are not taken over", refused.all)
        tree.commit("another")
        self.assertIn("results of another commit are not taken over", tree.cicd("cache", "load", file, status=5, env=PUSH["circleci"]).all)

    def test_a_forks_file_goes_where_only_that_fork_reads(self):
        tree = self.committed(PIPELINE)
        tree.run("app/build", env=FORK)
        file = self.saved(tree, **FORK)
        other = harness.Tree(tree.root, build="other", home=self.folder / "other-home")
        other.configure()
        other.cicd("cache", "load", file, env=FORK)
        self.assertEqual([one["decision"] for one in other.plan("app/build", env=FORK)["steps"]], ["reuse"])
        self.assertEqual([one["decision"] for one in other.plan("app/build")["steps"]], ["run"])
        self.assertFalse((other.home / "cache/steps").exists())

    def test_what_does_not_have_its_digest_is_refused_and_nothing_is_put_anywhere(self):
        tree = self.committed(PIPELINE)
        tree.run("app/build")
        file = self.saved(tree)
        whole = file.read_bytes()
        other = harness.Tree(tree.root, build="other", home=self.folder / "other-home")
        other.configure()

        for change, status, says in (
                (lambda name, content: (name, b"x" if name.startswith("blobs/") else content), 4, "does not have its digest"),
                (lambda name, content: (name, content + b" " if name.startswith("steps/") else content), 4, "does not have its digest"),
                (lambda name, content: ("tree/elsewhere/x" if name.startswith("blobs/") else name, content), 2, "it holds tree/elsewhere/x"),
                (lambda name, content: ("../x" if name.startswith("blobs/") else name, content), 2, "../x"),
                (lambda name, content: (name, None if name.startswith("blobs/") else content), 2, "it holds a link: blobs/"),
                (lambda name, content: ("other.json" if name == "head.json" else name, content), 2, "not a file of results")):
            file.write_bytes(remade(whole, change))
            self.assertIn(says, other.cicd("cache", "load", file, status=status).all)
        for part in range(1, 8):
            file.write_bytes(whole[: len(whole) * part // 8])
            self.assertIn(other.cicd("cache", "load", file, status=None).returncode, (2, 4), part)
        file.write_bytes(b"{}")
        other.cicd("cache", "load", file, status=2)
        self.assertEqual([one["decision"] for one in other.plan("app/build")["steps"]], ["run"])
        self.assertEqual(sorted(path.name for path in (other.build / ".cicd").glob("handed-on*")), [])
        file.write_bytes(whole)
        other.cicd("cache", "load", self.folder)
        self.assertEqual([one["decision"] for one in other.plan("app/build")["steps"]], ["reuse"])
        self.assertIn("not a target or step: 'app.bild'", tree.cicd("cache", "save", file, "app.bild", status=2).all)
        self.assertIn("did you mean: app.build", tree.cicd("cache", "save", file, "app.bild", status=2).all)

    def test_of_a_manifest_repository_nothing_is_taken_that_git_runs_or_reads_as_configuration(self):
        tree = self.declared(PIPELINE)
        tree.run("app.deploy-stage")
        repository = tree.build / "manifests.git"
        for path in ("hooks/update", "info/attributes", "objects/info/alternates"):
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).write_text("")
        plan = self.folder / "stage.json"
        tree.cicd("plan", "app.deploy-stage", "--out", plan)
        file = self.folder / "app.cicd"
        tree.cicd("cache", "save", file, "app.build", "--plan", plan)
        whole = file.read_bytes()
        with tarfile.open(fileobj=io.BytesIO(whole)) as of:
            kept = {name.split("/")[2] for name in of.getnames() if name.startswith("tree/manifests.git/")}
            objects = [name for name in of.getnames() if name.startswith("tree/manifests.git/objects/")]
        self.assertLessEqual(kept, {"HEAD", "objects", "refs", "packed-refs"})
        self.assertFalse([name for name in objects if "/info" in name], objects)
        other = harness.Tree(tree.root, build="other", home=self.folder / "other-home")
        other.configure()
        for name in ("config", "config.worktree", "hooks/update", "commondir", "info/attributes", "objects/info/alternates", "objects/info/http-alternates",
                     "worktrees/x/gitdir", "modules/x/config", "shallow", "refs/heads/x.lock", "objects/aa/x", "objects/pack/x"):
            path = "tree/manifests.git/" + name
            file.write_bytes(remade(whole, more=[(path, b"")], is_told=True))
            self.assertIn(f"it holds {path}", other.cicd("cache", "load", file, status=2).all)
        # All that is not named by its digest has it in the head.
        for start in ("tree/manifests.git/refs/heads/", "tree/registry/", "plans/"):
            for change in (lambda name, content: (name, content + b" " if name.startswith(start) else content),
                           lambda name, content: (name + "x" if name.startswith(start) else name, content)):
                file.write_bytes(remade(whole, change))
                self.assertIn("does not have its digest", other.cicd("cache", "load", file, status=4).all, start)
        lacked = "plans/stage.json"
        file.write_bytes(remade(whole, lambda name, content: ("blobs/" + hashlib.sha256(content).hexdigest() if name == lacked else name, content)))
        self.assertIn(f"it lacks {lacked}", other.cicd("cache", "load", file, status=4).all)
        self.assertFalse((other.build / "manifests.git").exists())
        file.write_bytes(whole)
        other.cicd("cache", "load", file)
        self.assertEqual(sorted(path.name for path in (other.build / "manifests.git").iterdir()), sorted({*kept, "config"}))
        self.assertEqual(other.record(), tree.record())
        other.write("in.txt", "two")
        other.commit()
        other.run("app.deploy-stage")
        self.assertEqual(other.manifests("rev-list", "--count", "main").strip(), str(int(tree.manifests("rev-list", "--count", "main")) + 1))

    # ---- which jobs ----

    def jobs_for(self, tree, *words, system="gitlab", **env):
        file = self.folder / "jobs.txt"
        tree.cicd("export", system, "--jobs", file, *words, env=env)
        return file.read_text().split()

    def test_an_event_needs_the_jobs_that_it_reaches(self):
        tree = self.declared(GATED.replace("app prod ON branch main", "app prod ON tag v*") + "pipeline_environment(app demo VIA gitops)\npipeline_preview(app IN stage HOST a-{slug}.example.com)\n"
                             + "add_pipeline(other)\npipeline_step(other build COMMAND cp in.txt o.txt INPUTS other.txt OUTPUTS o.txt STAGE build)\n" + CI)
        tree.write("other.txt", "two")
        tree.commit()
        verify = ["app-build", "app-test", "app-image", "app-publish"]
        self.assertEqual(self.jobs_for(tree, **PUSH["gitlab"]), [*verify, "app-deploy-stage", "other-build"])
        self.assertEqual(self.jobs_for(tree, **{**PUSH["gitlab"], "CI_COMMIT_BRANCH": "feature/x"}), [*verify, "other-build"])
        tag = {**PUSH["gitlab"], "CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1.0"}
        self.assertEqual(self.jobs_for(tree, **tag), ["app-plan-prod", "app-approve-prod", "app-deploy-prod"])
        self.assertEqual(self.jobs_for(tree, "--job", "app-deploy-demo", **PUSH["gitlab"])[-1], "app-deploy-demo")
        self.assertIn("no job of that name is started by hand: 'app-deploy-dem'",
                      tree.cicd("export", "gitlab", "--jobs", "/dev/stdout", "--job", "app-deploy-dem", status=2).all)
        self.assertEqual(self.jobs_for(tree, **{**PUSH["gitlab"], "CI_PIPELINE_SOURCE": "schedule"}), ["app-sweep"])
        tree.git("checkout", "--quiet", "-b", "feature/x")
        tree.write("in.txt", "changed")
        tree.commit()
        request = dict(CI="true", GITLAB_CI="true", CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_IID="5", CI_PROJECT_ID="1", CI_MERGE_REQUEST_PROJECT_ID="1",
                       CI_MERGE_REQUEST_SOURCE_PROJECT_ID="1", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", CI_MERGE_REQUEST_SOURCE_BRANCH_NAME="feature/x", CI_PIPELINE_ID="9")
        own = self.jobs_for(tree, **request)
        self.assertEqual(own, ["app-build", "app-test", "app-image", "app-plan-branch", "app-approve-branch", "app-deploy-branch"])
        self.assertEqual(self.jobs_for(tree, "--action", "closed", **request), ["app-undeploy-branch"])
        fork = {**request, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}
        self.assertEqual(self.jobs_for(tree, **fork), ["app-build", "app-test", "app-image"])
        # CircleCI tells of pull requests of forks alone.
        previews = [[name for name in self.jobs_for(tree, system="circleci", **env) if name.endswith("-branch")] for env in (PUSH["circleci"], {**PUSH["circleci"], "CIRCLE_BRANCH": "feature/x"}, FORK)]
        self.assertEqual(previews, [[], ["app-plan-branch", "app-approve-branch", "app-deploy-branch"], []])
        # What its result waits for is what no filter leaves out.
        ended = [self.jobs_for(tree, system=system, **PUSH[system]) and (self.folder / "result.txt").read_text().split() for system in ("circleci", "gitlab")]
        self.assertEqual(ended, [[*verify, "other-build"], [*verify, "app-deploy-stage", "other-build"]])
        self.assertIn("a pull request of a fork exports nothing", tree.cicd("export", status=5, env=fork).all)

    def test_each_command_of_a_job_that_needs_a_cluster_is_one_that_there_is(self):
        tree = self.exported(WHOLE)
        lines = {line for system in SYSTEMS for _, all_ in self.jobs(tree, system).values()
                 for line in all_ if line.startswith("build/.cicd/cicd ") and re.search("canary|cron|sweep|remove", line)}
        self.assertEqual(len(lines), 7, lines)
        for line in lines:
            done = tree.call(["bash", "-c", line.replace("build/.cicd/cicd", str(tree.launcher), 1)], env={"CICD_SHARE": "25%", "KUBECONFIG": "/dev/null"})
            self.assertNotRegex(done.all, "argument|--help|option", line)

    def test_a_fleet_is_one_pass_by_time_and_a_plan_for_what_is_proposed(self):
        tree = self.exported("".join(f"add_pipeline({name} ARTIFACTS registry.example.com/{name} CODE git@git.example.com:{name}.git)\n"
                                     f"pipeline_environment({name} stage ON branch main VIA gitops REPOSITORY git@git.example.com:m.git)\n"
                                     for name in (f"f{number}" for number in range(20))) + CI)
        for system in SYSTEMS:
            jobs = self.jobs(tree, system)
            self.assertEqual(ci_files.wrong_in(system, self.text(tree, system)), [])
            if system == "drone":  # a pull request counts as a fork's
                self.assertEqual({name for name in jobs if name.startswith("scheduled: ")}, {"scheduled: configure", "scheduled: reconcile"})
                self.assertIn("build/.cicd/cicd reconcile --once --fetch", jobs["scheduled: reconcile"][1])
                continue
            self.assertEqual(set(jobs) - {"cicd / result", "configure"}, {"decide", "reconcile-plan", "reconcile"} | ({"result"} if system != "gitlab" else set()))
            self.assertIn("build/.cicd/cicd reconcile --once --fetch", jobs["reconcile"][1])
            self.assertIn("build/.cicd/cicd reconcile --plan --fetch --since origin/main", jobs["reconcile-plan"][1])
        self.assertEqual(self.jobs_for(tree, **{**PUSH["gitlab"], "CI_PIPELINE_SOURCE": "schedule"}), ["reconcile"])

    def test_a_pull_request_is_rehearsed(self):
        tree = self.declared(PIPELINE + CI)
        tree.git("checkout", "--quiet", "-b", "feature/x")
        tree.write("in.txt", "changed")
        tree.commit()
        plan = tree.plan("--event", "pull-request=fork:feature/x..main")
        self.assertEqual([one["step"] for one in plan["steps"]], ["app/build", "app/test", "app/image"])
        self.assertTrue(all(one["affected"] for one in plan["steps"][:1]), plan)
        for wrong in ("pull-request=x", "pull-request=fork:..main", "pull-request=a b..main"):
            self.assertIn("not a pull request", tree.cicd("plan", "--event", wrong, status=2).all)


if __name__ == "__main__":
    unittest.main()
