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
import harness
from export_test import CI, GATED, PIPELINE, PUSH, SYSTEMS, WHOLE

FORK = dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="pull/7", CIRCLE_PR_NUMBER="7", CIRCLE_PR_USERNAME="mallory", CIRCLE_PR_REPONAME="app",
            CIRCLE_PROJECT_USERNAME="us", CIRCLE_PROJECT_REPONAME="app", CIRCLE_PULL_REQUEST="https://example.com/us/app/pull/7",
            CIRCLE_WORKFLOW_WORKSPACE_ID="73")
# What is known of the programs that a script starts is nothing: its result counts for one machine, or one CI run.
SCRIPT = PIPELINE.replace("COMMAND cp in.txt out.txt INPUTS in.txt", "COMMAND sh build.sh INPUTS in.txt build.sh")


# The gate of that run was not passed.
NOT_PASSED = {"GITHUB_REPOSITORY": "us/other", "CI_JOB_MANUAL": "false"}


def review(state, who, place="prod"):
    return {"state": state, "user": {"login": who}, "environments": [{"name": f"app-{place}-approval"}]}


class Reviews(http.server.BaseHTTPRequestHandler):
    """What GitHub says of who let a run go on, and of who wrote a commit."""

    reviews = [review("rejected", "mallory"), review("approved", "octocat"), review("approved", "hubot", "stage")]
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

    def __init__(self, case, tree, system, text=None, env=None):
        self.case, self.tree, self.system = case, tree, system
        self.jobs = ci_files.jobs_of(system, text or (tree.source / SYSTEMS[system]).read_text())
        self.env, self.kept, self.ran, self.outputs = {**PUSH[system], **(env or {})}, {}, [], {}

    def machine(self, name):
        """A fresh clone with a cache and a home of its own."""
        where = harness.Tree(self.tree.root / re.sub("[^a-z0-9-]", "", f"{self.system}-{name}"), source="source", build="source/build")
        shutil.rmtree(where.source)
        subprocess.run([harness.tool("git"), "clone", "--quiet", str(self.tree.remote), str(where.source)], check=True)
        where.env.update(self.env, cicd_ROOT=harness.package(), GITHUB_OUTPUT=str(where.home / "output"), GITHUB_WORKSPACE=str(where.source),
                         HALTED=str(where.home / "halted"), PATH=f"{self.tree.root}/bin:{where.env['PATH']}")
        agent = self.tree.root / "bin/circleci-agent"
        agent.parent.mkdir(exist_ok=True)
        agent.write_text('#!/bin/sh\ntouch "$HALTED"\n')
        agent.chmod(0o755)
        (where.home / "machine-id").write_text(name.encode().hex().ljust(32, "0")[:32] + "\n")
        self.case.trees.append(where)
        return where

    def take(self, where, after):
        folder = where.source / "build/cicd-export"
        folder.mkdir(parents=True)
        names = self.jobs if self.system == "circleci" else after
        for name in names:
            for file, content in self.kept.get(name, {}).items():
                (folder / file).write_bytes(content)

    def line(self, where, line):
        """By the shell that the systems take, where this machine has another identity."""
        words = ["unshare", "--mount", "sh", "-c", f"mount --bind {where.home}/machine-id /etc/machine-id && exec bash -e -o pipefail -c \"$0\"", line]
        return where.call(words, cwd=where.source)

    def run(self, name, before=None, env=None):
        """The lines of a job until one fails or says that it is not needed; gives the last one's end."""
        after, lines = self.jobs[name]
        if self.system == "github" and name not in ("decide", "result") and name not in self.outputs:
            return None
        where = self.machine(name)
        where.env.update(env or {})
        self.take(where, after)
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
        folder = where.source / "build/cicd-export"
        self.kept[name] = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith(name + ".") or (name == "decide" and path.suffix == ".txt")}
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
    def test_jobs_lead_from_a_fresh_clone_to_a_deploy_and_nothing_is_built_twice(self):
        tree = self.exported(PIPELINE.replace("COMMAND cp", "COMMAND /bin/cp") + CI)
        tree.commit()
        for system in SYSTEMS:
            with self.subTest(system):
                jobs = Jobs(self, tree, system)
                jobs.run_all()
                ran = [name for name in jobs.ran if name not in ("decide", "result", "cicd / result")]
                self.assertEqual(ran, ["app-build", "app-test", "app-image", "app-publish", "app-deploy-stage"])
                deployed = harness.Tree(tree.root / f"{system}-app-deploy-stage", build="source/build")
                self.assertEqual(deployed.outcomes()["app/build"], "reused", deployed.outcomes())
                self.assertEqual(deployed.record()["commit"], tree.git("rev-parse", "HEAD"))

    def answered_by(self, answers):
        """The variables that lead to what GitHub says, and those of a manual job of GitLab."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return {"GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}", "GITHUB_TOKEN": "of-the-job", "CI_JOB_MANUAL": "true",
                "CI_ENVIRONMENT_NAME": "app/prod"}

    def test_a_gate_is_passed_by_its_last_review_and_not_by_who_wrote_the_commit(self):
        class Answers(Reviews):
            pass

        tree = self.declared(PIPELINE + "pipeline_environment(app prod ON branch main APPROVAL other VIA gitops)\n")
        gate, plan = self.answered_by(Answers), self.folder / "plan.json"
        env = {**PUSH["github"], **gate}

        def approve(status, name="app-prod-approval", env=env):
            return tree.cicd("approve", "app", "prod", "--gate", name, "--plan", plan, "--reason", "passed", status=status, env=env).all

        tree.run("app.publish", env=env)
        tree.cicd("plan", "app.deploy-prod", "--out", plan, env=env)
        for reviews, commit, says in (
                ([review("approved", "octocat"), review("rejected", "boss")], Reviews.commit, "was not approved"),
                ([review("approved", "JDoe-hub")], Reviews.commit, "who wrote the commit"),
                ([review("approved", "octocat")], {**Reviews.commit, "committer": {"login": "octocat"}}, "who wrote the commit"),
                ([review("approved", "octocat")], {"author": None, "committer": None}, "does not know the author")):
            Answers.reviews, Answers.commit = reviews, commit
            self.assertIn(says, approve(5))
        Answers.reviews, Answers.commit = Reviews.reviews, Reviews.commit
        # Without a gate it is who started the job.
        self.assertIn("who wrote the commit", tree.cicd("approve", "app", "prod", "--reason", "mine", status=5, env={**env, "GITHUB_ACTOR": "jdoe-hub"}).all)
        gitlab = {**PUSH["gitlab"], **gate}
        self.assertIn("behind another gate: 'no/such/gate'", approve(5, "no/such/gate", gitlab))
        self.assertIn("behind another gate", approve(5, "app/prod", {**gitlab, "CI_ENVIRONMENT_NAME": "app/stage"}))
        approve(0, "app/prod", gitlab)
        approve(0)
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

    def test_what_passed_the_gate_is_what_was_shown_before_it(self):
        tree = self.exported(GATED + CI)
        tree.commit()
        gate = self.answered_by(Reviews)
        for system in SYSTEMS:
            with self.subTest(system):
                jobs = Jobs(self, tree, system, env=gate)
                jobs.run_all(without=("app-deploy-prod", "result", "cicd / result"))
                self.assertIn("app-plan-prod", jobs.ran)
                # Something else than what was shown: the plan's digest is another one.
                kept = jobs.kept["app-plan-prod"]["app-plan-prod.cicd"]
                jobs.kept["app-plan-prod"]["app-plan-prod.cicd"] = self.with_other_plan(kept)
                refused = jobs.run("app-deploy-prod")
                self.assertEqual(refused.returncode, 5, refused.all)
                self.assertIn("no longer what the saved plan was made of", refused.all)
                shutil.rmtree(jobs.where.root)
                jobs.kept["app-plan-prod"]["app-plan-prod.cicd"] = kept
                if system != "circleci":  # names who passed the gate
                    refused = jobs.run("app-deploy-prod", env=NOT_PASSED)
                    self.assertEqual(refused.returncode, 5, refused.all)
                    shutil.rmtree(jobs.where.root)
                    done = jobs.run("app-deploy-prod")
                else:
                    done = jobs.run("app-deploy-prod")
                    self.assertEqual(done.returncode, 5, done.all)
                    self.assertIn("cicd approve app prod", done.all)
                    shutil.rmtree(jobs.where.root)
                    done = jobs.run("app-deploy-prod", before=("build/.cicd/cicd deploy", lambda where: where.cicd("approve", "app", "prod", "--reason", "seen")))
                self.assertEqual(done.returncode, 0, done.all)
                self.assertEqual(jobs.where.record("prod")["commit"], tree.git("rev-parse", "HEAD"))
                approver = {"github": "octocat", "gitlab": "Joe", "circleci": "jane"}[system]
                self.assertIn(approver, self.approver_in(jobs.where))

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
        for system, env in (("gitlab", {"CI_PIPELINE_SOURCE": "web", "CI_JOB_MANUAL": "true", "CI_ENVIRONMENT_NAME": "app/demo"}), ("circleci", {"CICD_JOB": "app-deploy-demo"})):
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

    def with_other_plan(self, bytes_of_file):
        def change(name, content):
            if name.startswith("plans/"):
                content = re.sub(rb'"approval": "[0-9a-f]{64}"', b'"approval": "' + b"0" * 64 + b'"', content)
                self.assertIn(b"0" * 64, content)
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

    def jobs_for(self, tree, *words, **env):
        file = self.folder / "jobs.txt"
        tree.cicd("export", "gitlab", "--jobs", file, *words, env=env)
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
        self.assertEqual(own, ["app-build", "app-test", "app-image", "app-approve-branch", "app-deploy-branch"])
        self.assertEqual(self.jobs_for(tree, "--action", "closed", **request), ["app-undeploy-branch"])
        fork = {**request, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}
        self.assertEqual(self.jobs_for(tree, **fork), ["app-build", "app-test", "app-image"])
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
            self.assertEqual(set(jobs) - {"cicd / result"}, {"decide", "reconcile-plan", "reconcile"} | ({"result"} if system != "gitlab" else set()))
            self.assertIn("build/.cicd/cicd reconcile --once --fetch", jobs["reconcile"][1])
            self.assertIn("build/.cicd/cicd reconcile --plan --fetch --since origin/main", jobs["reconcile-plan"][1])
            self.assertEqual(ci_files.wrong_in(system, self.text(tree, system)), [])
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
