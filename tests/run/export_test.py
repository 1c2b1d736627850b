"""Files for CI systems: that they have the edges of the graph and nothing that is not theirs, that drift is found, and that what each
job runs leads from a fresh clone to a deploy. The files are held against the systems' own schemas and checkers, each with a twin: a
broken file that must be found."""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import ci_files
import harness

ROOT = Path(__file__).resolve().parents[2]
VENV = ci_files.VENV
SYSTEMS = {"github": ".github/workflows/cicd.yml", "gitlab": ".gitlab-ci.yml", "circleci": ".circleci/config.yml", "buildkite": ".buildkite/pipeline.yml", "drone": ".drone.yml", "jenkins": "Jenkinsfile"}
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci", "circleci": "vendor.circle-ci", "buildkite": "vendor.buildkite", "drone": "vendor.drone-ci"}
IMAGE = "registry.example.com/ci/tools@sha256:" + "4" * 64
PIPELINE = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_step(app test COMMAND cmp out.txt in.txt INPUTS in.txt AFTER build STAGE test)
pipeline_image(app AFTER build BASE scratch FILES out.txt=/srv/out.txt ENTRYPOINT /srv/out.txt)
pipeline_service(app api PORT 8080)
pipeline_environment(app stage ON branch main VIA gitops)
"""
CI = f"pipeline_ci(SYSTEMS {' '.join(SYSTEMS)} IMAGE {IMAGE})\n"
GATED = PIPELINE + "pipeline_environment(app prod ON branch main FROM stage APPROVAL required VIA gitops)\n"
WHOLE = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_step(app test COMMAND cmp out.txt in.txt INPUTS in.txt AFTER build STAGE test)
pipeline_step(app lint COMMAND cmp in.txt in.txt INPUTS in.txt STAGE scan)
pipeline_image(app AFTER build BASE scratch FILES out.txt=/srv/out.txt ENTRYPOINT /srv/out.txt)
pipeline_service(app api PORT 8080 HOST app.example.com)
pipeline_cron_job(app nightly SCHEDULE "0 3 * * *" COMMAND /srv/out.txt)
pipeline_environment(app stage ON branch main VIA kubectl NAMESPACE app CONTEXT stage)
pipeline_environment(app prod ON tag v* FROM stage VIA kubectl NAMESPACE app CONTEXT prod APPROVAL required)
pipeline_preview(app IN stage HOST app-{slug}.example.com)
pipeline_canary(app IN prod SERVICE api SHARE 10%)
""" + CI.replace(")\n", " LOGINS prod=arn:aws:iam::123456789012:role/deploy REGION eu-central-1 CACHES CANCEL_WAITING SETUP ./ci/setup.sh --quiet RUNNER github=ubuntu-24.04 gitlab=linux circleci=medium buildkite=builds drone=linux jenkins=linux)\n")
# Above twelve, with a preview each.
MANY = "".join(f"add_pipeline(p{number})\npipeline_image(p{number} BASE scratch FILES in.txt=/in ENTRYPOINT /in)\npipeline_service(p{number} api PORT 8080)\n"
               f"pipeline_environment(p{number} stage ON branch main VIA gitops)\npipeline_preview(p{number} IN stage HOST p{number}-{{slug}}.example.com APPROVAL required)\n" for number in range(13))
# What each system says of a push to main; the machine of each job is another one.
PUSH = {
    "github": dict(CI="true", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="push", GITHUB_REF="refs/heads/main", GITHUB_RUN_ID="71", GITHUB_ACTOR="jane",
                   GITHUB_REPOSITORY="us/app", GITHUB_REF_NAME="main", GITHUB_REF_TYPE="branch"),
    "gitlab": dict(CI="true", GITLAB_CI="true", CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main", CI_PIPELINE_ID="72", GITLAB_USER_LOGIN="joe",
                   CI_PROJECT_ID="3", GITLAB_USER_NAME="Joe", GITLAB_USER_EMAIL="joe@example.com"),
    "circleci": dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="main", CIRCLE_WORKFLOW_WORKSPACE_ID="73", CIRCLE_USERNAME="jane",
                     CIRCLE_REPOSITORY_URL="https://example.com/us/app"),
    "buildkite": dict(CI="true", BUILDKITE="true", BUILDKITE_SOURCE="webhook", BUILDKITE_BRANCH="main", BUILDKITE_TAG="", BUILDKITE_PULL_REQUEST="false",
                      BUILDKITE_PULL_REQUEST_REPO="", BUILDKITE_BUILD_ID="74", BUILDKITE_REPO="https://example.com/us/app", BUILDKITE_BUILD_CREATOR="Jane"),
    "jenkins": dict(CI="true", JENKINS_URL="https://ci.example.com/", BUILD_URL="https://ci.example.com/job/app/76/", BUILD_TAG="jenkins-app-main-76", BRANCH_NAME="main",
                    BUILD_USER="joan"),
    "drone": dict(CI="true", DRONE="true", DRONE_BUILD_EVENT="push", DRONE_BRANCH="main", DRONE_COMMIT_REF="refs/heads/main", DRONE_BUILD_NUMBER="75",
                  DRONE_BUILD_TRIGGER="@hook", DRONE_COMMIT_AUTHOR="jdoe-drone", DRONE_GIT_HTTP_URL="https://example.com/us/app"),
}


class ExportCase(harness.Case):
    def declared(self, calls):
        return self.committed(calls, {".gitignore": "build/\n"})

    def exported(self, calls, *words):
        tree = self.declared(calls)
        tree.cicd("export", *words)
        return tree

    def text(self, tree, system):
        return (tree.source / SYSTEMS[system]).read_text()

    def file(self, tree, system):
        return ci_files.read(self.text(tree, system))

    def jobs(self, tree, system):
        return ci_files.jobs_of(system, self.text(tree, system))


class Export(ExportCase):
    # ---- shape ----

    def checked(self, system, path):
        """What the system's schema has against a file; of Jenkins what Groovy has."""
        if system == "jenkins":
            return [one for one in [ci_files.read(path.read_text())] if isinstance(one, str)]
        paths = [path]
        if system == "drone":  # its schema is of one document
            paths = [self.folder / f"document-{number}.json" for number, _ in enumerate(ci_files.read(path.read_text()))]
            for one, document in zip(paths, ci_files.read(path.read_text())):
                one.write_text(json.dumps(document))
        done = subprocess.run([VENV / "check-jsonschema", "--builtin-schema", SCHEMAS[system], *paths], capture_output=True, text=True)
        return [] if done.returncode == 0 else [done.stdout + done.stderr]

    def actionlint(self, path):
        program = subprocess.run([ROOT / "tests/cluster/cluster", "where", "actionlint"], capture_output=True, text=True, check=True).stdout.strip()
        done = subprocess.run([program, "-no-color", "-shellcheck=", "-pyflakes=", path], capture_output=True, text=True)
        return done.stdout.splitlines()

    def zizmor(self, path):
        done = subprocess.run([VENV / "zizmor", "--offline", "--no-config", "--min-confidence", "medium", "--format", "sarif", path], capture_output=True, text=True)
        return [(one["ruleId"], one["message"]["text"]) for run in json.loads(done.stdout)["runs"] for one in run["results"]]

    def assert_sound(self, tree, systems=SYSTEMS, by_schema=True):
        for system in systems:
            with self.subTest(system):
                text = self.text(tree, system)
                self.assertEqual(ci_files.wrong_in(system, text), [])
                if by_schema:  # a second for each
                    self.assertEqual(self.checked(system, tree.source / SYSTEMS[system]), [])
        if "github" in systems:
            path = tree.source / SYSTEMS["github"]
            self.assertEqual(self.actionlint(path), [])
            self.assertEqual(self.zizmor(path), [])

    def test_what_is_exported_is_sound_to_each_systems_own_checkers(self):
        self.assert_sound(self.exported(WHOLE))

    def test_a_broken_file_is_found_by_each_checker(self):
        tree = self.exported(WHOLE)
        for system, old, new, found in (
                ("github", "- app-build\n    if", "- app-buidl\n    if", "app-test comes after app-buidl, which there is not"),
                ("github", "needs.decide.outputs.jobs)['app-test']", "needs.decide.outputs.job)['app-test']", "takes decide.job, which there is not"),
                ("github", "permissions: {}\n", "permissions:\n  contents: write\n", "the workflow gives all jobs rights"),
                ("github", "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683", "actions/checkout@v4", "without a digest"),
                ("github", '"cmake --build build --target app.test"', '"echo ${{ github.event.pull_request.title }}"', "an expression in a line of a shell"),
                ("github", "pattern: cicd-app-build", "pattern: cicd-app-buidl", "takes the file of app-buidl, which there is not"),
                ("gitlab", "job: app-build", "job: app-buidl", "comes after app-buidl, which there is not"),
                ("gitlab", "stage: run", "stage: rum", "is of the stage rum, which there is not"),
                ("gitlab", 'extends: ".cicd"', 'extends: ".cidc"', "extends .cidc, which there is not"),
                ("gitlab", "on_stop: app-undeploy-branch", "on_stop: app-undeploy", "is stopped by app-undeploy, which there is not"),
                ("gitlab", "\napp-undeploy-branch:\n", "\napp-undeploy-branch:\n  parallel: {matrix: [{CICD_PIPELINE: [a, b]}]}\n", "which is not the name of a job of the matrix"),
                ("gitlab", "  - job: app-build\n", "  - {job: app-build, parallel: {matrix: [{CICD_PIPELINE: [other]}]}}\n  - job: app-build\n", "needs app-build of ['other'], which there is not"),
                ("gitlab", "  stage: run\n", "  stage: result\n", "which is of a later stage"),
                ("gitlab", "    optional: true\n", "    optional: true\n" + "  - job: decide\n" * 50, "of which GitLab takes 50"),
                ("github", 'cron: "17 * * * *"', 'cron: "@hourly"', "not all take this time: @hourly"),
                ("github", "github.run_id", "github.ref", "a run by time or by hand cancels that of a push"),
                ("circleci", 'cron: "17 * * * *"', 'cron: "*/15 * * * *"', "not all take this time: */15"),
                ("jenkins", "    stage('gates') {", "    stage('x') { matrix { } }\n    stage('gates') {", "run side by side in one workspace"),
                ("circleci", "        - app-build\n", "        - app-buidl\n", "comes after app-buidl, which there is not"),
                ("circleci", "executor: cicd", "executor: cidc", "runs in cidc, which there is not"),
                ("circleci", "<< pipeline.parameters.share >>", "<< pipeline.parameters.shares >>", "takes the parameter shares, which there is not"),
                ("circleci", IMAGE, "cimg/base:current", "which has no digest"),
                ("buildkite", "  - app-build\n", "  - app-buidl\n", "comes after app-buidl, which there is not"),
                ("buildkite", "--step app-build;", "--step app-buidl;", "takes the files of app-buidl, which there is not"),
                ("buildkite", '  - app-approve-prod\n  if: "build.source == \\"webhook\\" && ', '  - app-approve-prod\n  if: "', "app-deploy-prod runs where its gate app-approve-prod is left out"),
                ("buildkite", "$$CICD", "$CICD", "has a variable that the upload replaces"),
                ("buildkite", "  concurrency: 1\n", "", "has a group without the number that may run at once"),
                ("buildkite", "key: app-image", "key: app-test", "the key app-test is there twice"),
                ("buildkite", "  depends_on: []\n", "", "would wait for each block before it"),
                ("buildkite", IMAGE, "ubuntu:24.04", "which has no digest"),
                ("jenkins", "take('app-publish')", "take('app-pubilsh')", "takes the file of app-pubilsh, which there is not"),
                ("jenkins", "  agent none", "  agent any", "an agent is held while a gate waits"),
                ("jenkins", "beforeInput true; ", "", "app / deploy-prod waits where it is not needed"),
                ("jenkins", "lock('cicd-app-stage')", "script", "app / deploy-stage deploys beside itself"),
                ("jenkins", "needs('app-test')", "needs('app-build')", "app / test runs where app-build is needed"),
                ("jenkins", "    stage('gates') {", "    stage('gates') { agent any", "app / deploy-prod waits with an agent"),
                ("jenkins", "  stage('gates') {\n      when { not { triggeredBy 'TimerTrigger' } }", "  stage('gates') {", "gates runs by time, too"),
                ("jenkins", IMAGE, "ubuntu:24.04", "which has no digest"),
                ("jenkins", "sh 'cmake --build build --target app.test'", "sh 'cmake", "MultipleCompilationErrors"),
                ("jenkins", "sh 'rm -rf build/cicd-export'", "", "decide takes what an earlier run left"),
                ("drone", "  - app-build\n", "  - app-buidl\n", "comes after pull-request: app-buidl, which there is not"),
                ("drone", "  target:\n  - app-deploy-prod\n", "", "app-deploy-prod runs at each promotion"),
                ("drone", "concurrency:\n  limit: 1\nsteps:\n- name: app-deploy-prod", "steps:\n- name: app-deploy-prod", "app-deploy-prod deploys beside itself"),
                ("drone", "$${failed", "${failed", "has a variable that Drone replaces"),
                ("drone", "name: scheduled", "name: push", "the pipeline push is there twice"),
                ("drone", "name: app-image", "name: app-test", "has app-test twice"),
                ("drone", "  depends_on:\n  - decide\n", "", "comes after nothing"),
                ("drone", IMAGE, "ubuntu:24.04", "which has no digest")):
            with self.subTest(system=system, new=new):
                text = self.text(tree, system)
                self.assertIn(old, text)
                self.assertIn(found, "\n".join(ci_files.wrong_in(system, text.replace(old, new, 1))))
        workflow = self.text(tree, "github")
        broken = tree.source / "broken.yml"
        broken.write_text(workflow.replace("- app-build\n    if", "- app-buidl\n    if", 1))
        self.assertIn("app-buidl", "\n".join(self.actionlint(broken)))
        folder = tree.source / "b/.github/workflows"
        folder.mkdir(parents=True)
        (folder / "b.yml").write_text(workflow.replace('"cmake --build build --target app.test"', '"echo ${{ github.event.pull_request.title }}"', 1))
        self.assertIn("zizmor/template-injection", [rule for rule, _ in self.zizmor(folder / "b.yml")])
        for system, old, new in (("github", "runs-on:", "runs-at:"), ("gitlab", "script:", "skript:"), ("circleci", "steps:", "stebs:"), ("buildkite", "commands:", "comands:"), ("drone", "steps:", "stebs:"), ("jenkins", "stages {", "stages ")):
            broken.write_text(self.text(tree, system).replace(old, new))
            self.assertTrue(self.checked(system, broken), system)

    def test_the_edges_of_the_graph_are_those_of_the_jobs(self):
        tree = self.exported(WHOLE)
        edges = {system: {name: set(after) for name, (after, _) in self.jobs(tree, system).items()} for system in SYSTEMS}
        for system in SYSTEMS:
            with self.subTest(system):
                after = edges[system]
                self.assertEqual(after["app-build"], {"decide"})
                self.assertEqual(after["app-test"], {"decide", "app-build"})
                if system != "jenkins":
                    self.assertEqual(after["app-scan"], {"decide"})
                self.assertLessEqual({"app-test", "app-scan", "app-image"}, after["app-publish"])
                self.assertLessEqual({"app-publish"}, after["app-deploy-stage"])
                if system == "jenkins":  # the first stage is a row
                    self.assertLess({"decide", "app-build"}, after["app-publish"])
                    self.assertEqual(after["app-deploy-prod"], {"app-publish", "app-plan-prod"})
                    continue
                if system == "drone":  # a promotion is another build
                    self.assertEqual(after["app-deploy-prod: app-deploy-prod"], set())
                    self.assertEqual(after["tag: app-plan-prod"], {"tag: decide"})
                    continue
                self.assertIn("app-plan-prod", after["app-deploy-prod"])
                self.assertNotIn("app-deploy-stage", after["app-deploy-prod"] - {"app-plan-prod"})
        self.assertIn("app-approve-prod", edges["github"]["app-deploy-prod"])
        self.assertIn("app-approve-prod", edges["circleci"]["app-deploy-prod"])
        self.assertIn("app-approve-prod", edges["buildkite"]["app-deploy-prod"])

    def test_a_cache_of_a_pull_request_is_taken_by_no_other_branch(self):
        tree = self.exported(WHOLE.replace("pipeline_ci(", "pipeline_ci(CACHES ", 1) if "CACHES" not in WHOLE else WHOLE)
        cache = self.file(tree, "gitlab")[".cicd"]["cache"]
        self.assertEqual(cache, {"key": "cicd-$CI_JOB_NAME_SLUG-$CI_MERGE_REQUEST_IID", "paths": [".cicd-cache/"]})
        taken = {}
        for name, job in self.file(tree, "circleci")["jobs"].items():
            for step in job["steps"]:
                if isinstance(step, dict) and "restore_cache" in step:
                    taken[name] = step["restore_cache"]["keys"]
                if isinstance(step, dict) and "save_cache" in step:
                    self.assertEqual(step["save_cache"]["key"], taken[name][0])
        self.assertIn("app-test", taken)
        for name, keys in taken.items():
            own = f"cicd/{name}/{{{{ .Branch }}}}/"
            self.assertEqual(keys, [own + "{{ .Revision }}", own, f"cicd/{name}/main/"])

    def test_previews_are_there_for_other_branches_and_do_not_wait_for_each_other(self):
        tree = self.exported(WHOLE)
        invoked = dict(ci_files.circle_invoked(self.file(tree, "circleci")))
        for name in ("app-plan-branch", "app-approve-branch", "app-deploy-branch"):
            self.assertEqual(invoked[name]["filters"], {"branches": {"ignore": ["/^main$/"]}}, name)
        jobs = self.file(tree, "github")["jobs"]
        self.assertEqual(jobs["app-deploy-branch"]["concurrency"]["group"], "cicd-app-stage-preview-${{ github.event.pull_request.number }}")
        self.assertEqual(jobs["app-deploy-stage"]["concurrency"]["group"], "cicd-app-stage")
        steps = {step["key"]: step for step in ci_files.buildkite_steps(self.file(tree, "buildkite"))}
        self.assertEqual(steps["app-approve-branch"]["if"], "build.pull_request.id != null && !build.pull_request.repository.fork")
        self.assertEqual((steps["app-deploy-branch"]["concurrency"], steps["app-deploy-branch"]["concurrency_group"]), (1, "${BUILDKITE_PIPELINE_SLUG}/app-stage-preview-${BUILDKITE_PULL_REQUEST}"))
        stages = {name: stage for name, stage, _ in ci_files.jenkins_stages(self.file(tree, "jenkins"))}
        self.assertEqual(ci_files.called(stages["app-deploy-branch"], "lock")[0]["given"], ["cicd-app-stage-preview-${CHANGE_ID}"])
        pipelines = {one["name"]: one for one in self.file(tree, "drone")}
        self.assertEqual((pipelines["branch"]["trigger"], pipelines["app-deploy-branch"]["trigger"]),
                         ({"event": ["push"], "branch": {"exclude": ["main"]}}, {"event": ["promote"], "target": ["app-deploy-branch"]}))

    def test_a_preview_is_planned_before_its_gate_of_pull_requests_alone_and_publishes_behind_it(self):
        asked = PIPELINE.replace("(app)", "(app SIGN_KEYLESS)") + "pipeline_preview(app IN stage HOST app-{slug}.example.com APPROVAL required)\n"
        tree = self.exported(asked + CI.replace(")\n", " LOGINS stage=arn:aws:iam::123456789012:role/deploy)\n"))
        self.assert_sound(tree)
        plan, deploy = "app-plan-branch", "app-deploy-branch"
        saves, deploys = "build/.cicd/cicd plan app.deploy-branch --out build/cicd-export/app-branch.plan.json", "build/.cicd/cicd deploy --plan build/.cicd/plans/app-branch.plan.json"
        approve = "build/.cicd/cicd approve app stage --preview --gate {} --plan build/.cicd/plans/app-branch.plan.json --reason 'the gate of this job was passed'"
        gates = {"github": "app-stage-preview-approval", "gitlab": deploy, "buildkite": deploy}
        for system in set(SYSTEMS) - {"drone"}:
            with self.subTest(system):
                jobs = self.jobs(tree, system)
                made = jobs[plan][1].index("cmake --build build --target app.image")
                self.assertEqual(jobs[plan][1][made + 1], saves)
                self.assertIn("build/.cicd/cicd cache save build/cicd-export/app-plan-branch.cicd app.deploy-branch --plan build/cicd-export/app-branch.plan.json", jobs[plan][1])
                self.assertLessEqual({"app-test", "app-image"}, set(jobs[plan][0]))
                self.assertIn(plan, jobs[deploy][0])
                done = [line for line in jobs[deploy][1] if re.search("cicd (approve|deploy) ", line)]
                self.assertEqual([line.rpartition("&& ")[2].rstrip(")") for line in done], [*([approve.format(gates[system])] if system in gates else []), deploys])
                self.assertFalse([line for line in jobs[deploy][1] if "--target" in line])
        github, gitlab = self.file(tree, "github")["jobs"], self.file(tree, "gitlab")
        self.assertEqual((github[plan]["environment"], "concurrency" in github[plan]), (github[deploy]["environment"], False))
        self.assertEqual([github[name]["permissions"] for name in (plan, deploy)], [{"contents": "read", "id-token": "write"}, {"contents": "read", "id-token": "write", "actions": "read"}])
        request = '$CI_PIPELINE_SOURCE == "merge_request_event"'
        self.assertEqual([gitlab[name]["rules"] for name in (plan, deploy)], [[{"if": request}], [{"if": request, "when": "manual", "allow_failure": True}]])
        self.assertEqual((gitlab[plan]["environment"], "resource_group" in gitlab[plan]), ({"name": "app/preview-plan", "action": "access"}, False))
        self.assertEqual([sorted(gitlab[name]["id_tokens"]) for name in (plan, deploy)], [["CICD_AWS_TOKEN"], ["CICD_AWS_TOKEN", "SIGSTORE_ID_TOKEN"]])
        self.assertTrue(gitlab[plan]["script"][0].endswith("|| exit 0"))
        steps = {step["key"]: step for step in ci_files.buildkite_steps(self.file(tree, "buildkite"))}
        self.assertEqual({steps[name]["if"] for name in (plan, "app-approve-branch", deploy)}, {"build.pull_request.id != null && !build.pull_request.repository.fork"})
        self.assertIn(plan, steps["app-approve-branch"]["depends_on"])
        for system in ("circleci", "buildkite"):
            lines = {name: [line for line in lines if "SIGSTORE_ID_TOKEN" in line] for name, (_, lines) in self.jobs(tree, system).items()}
            self.assertEqual({name for name, found in lines.items() if found}, {"app-publish", deploy}, system)
            self.assertIn(deploys, lines[deploy][0])
        invoked = dict(ci_files.circle_invoked(self.file(tree, "circleci")))
        self.assertEqual((invoked["app-approve-branch"]["requires"][-1], invoked[plan]["context"]), (plan, ["cicd-app-plan-branch"]))
        stages = {name: stage for name, stage, _ in ci_files.jenkins_stages(self.file(tree, "jenkins"))}
        self.assertIn("message 'What the stage app / plan-branch shows is deployed.'", self.text(tree, "jenkins"))
        self.assertEqual([[one["given"][0] for one in ci_files.called(stages[name], "file")] for name in (plan, deploy)], [["credentialsId=cicd-stage"]] * 2)
        # A promotion is of a build that saved none.
        drone = self.jobs(tree, "drone")
        self.assertEqual([name for name in drone if "plan-branch" in name], [])
        self.assertEqual(drone[f"{deploy}: {deploy}"][1][-1], "cmake --build build --target app.deploy-branch")

    def test_previews_of_one_matrix_have_a_plan_and_a_gate_each(self):
        names = [f"p{number}" for number in range(13)]
        tree = self.exported(MANY + CI)
        self.assert_sound(tree, by_schema=False)
        github, gitlab = self.file(tree, "github")["jobs"], self.file(tree, "gitlab")
        self.assertEqual({name: job["parallel"]["matrix"][0]["CICD_PIPELINE"] for name, job in gitlab.items() if "branch" in name and "parallel" in job}, {"all-plan-branch": names})
        self.assertEqual((gitlab["all-plan-branch"]["environment"]["name"], github["all-plan-branch"]["environment"]["name"]), ("$CICD_PIPELINE/preview-plan", "${{ matrix.pipeline }}-stage-preview"))
        plan = "build/.cicd/plans/{}-branch.plan.json"
        for system, deploy, of, plan, gate in (("github", "all-deploy-branch", '"$CICD_PIPELINE"', f'"{plan.format("$CICD_PIPELINE")}"', '"$CICD_PIPELINE-stage-preview-approval"'),
                                               ("gitlab", "p7-deploy-branch", "p7", plan.format("p7"), 'p7-deploy-branch')):
            jobs = self.jobs(tree, system)
            self.assertIn('cmake --build build --target "$CICD_PIPELINE.image"', jobs["all-plan-branch"][1])
            self.assertIn('build/.cicd/cicd plan "$CICD_PIPELINE.deploy-branch" --out "build/cicd-export/$CICD_PIPELINE-branch.plan.json"', jobs["all-plan-branch"][1])
            self.assertEqual([line for line in jobs[deploy][1] if re.search("cicd (approve|deploy) ", line)],
                             [f'build/.cicd/cicd approve {of} stage --preview --gate {gate} --plan {plan} --reason \'the gate of this job was passed\'', f"build/.cicd/cicd deploy --plan {plan}"])
        # Of Buildkite each is a block of the same build.
        self.assertFalse([line for _, lines in self.jobs(tree, "buildkite").values() for line in lines if "cicd approve" in line])
        self.assertIn("p7-deploy-branch: a build may have other gates, which Buildkite does not tell apart: cicd approve p7 stage --preview --reason …\n", tree.cicd("export").stdout)

    # ---- drift ----

    def test_the_same_declarations_give_the_same_bytes_and_another_one_is_drift_that_a_test_finds(self):
        tree = self.exported(PIPELINE + CI)
        before = harness.digest_of_tree(tree.source, skip=("build",))
        tree.cicd("export")
        self.assertEqual(harness.digest_of_tree(tree.source, skip=("build",)), before)
        self.assertEqual(tree.cicd("export", "--check").stdout.count("unchanged"), len(SYSTEMS))
        passed = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "-L", "^cicd$", "-R", "^cicd.export$"])
        self.assertEqual(passed.returncode, 0, passed.all)
        tree.declare(PIPELINE + "pipeline_step(app lint COMMAND cmp in.txt in.txt INPUTS in.txt STAGE scan)\n" + CI)
        before = harness.digest_of_tree(tree.source, skip=("build",))
        tree.configure()
        self.assertEqual(harness.digest_of_tree(tree.source, skip=("build",)), before)
        drift = tree.cicd("export", "--check", status=3)
        self.assertIn("+   app-scan:", drift.stdout)
        self.assertIn("an exported file is not what would be written: '.github/workflows/cicd.yml'", drift.all)
        self.assertRegex(drift.all, "try: .*cicd export github\n")
        self.assertNotIn("app / build", drift.stdout)
        self.assertNotIn("app-scan", self.text(tree, "github"))
        failed = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "-R", "^cicd.export$"])
        self.assertNotEqual(failed.returncode, 0)
        shown = json.loads(tree.cicd("export", "--check", "--json", status=3).stdout)["files"]
        self.assertEqual([(one["system"], one["changed"]) for one in shown], [(system, True) for system in SYSTEMS])

    def test_a_file_that_is_no_export_is_not_written_over_and_what_the_team_adds_is_merged(self):
        tree = self.declared(PIPELINE + CI)
        tree.write(SYSTEMS["gitlab"], "stages: [mine]\n")
        refused = tree.cicd("export", status=3)
        self.assertIn("this file was not exported, and would be written over: '.gitlab-ci.yml'", refused.all)
        self.assertFalse((tree.source / SYSTEMS["github"]).exists())
        tree.write("ci/local.gitlab.yml", "stages: [mine]\nmine:\n  stage: mine\n  script: [\"true\"]\n")
        local = tree.write("ci/local.github.yml", "on:\n  push:\n    branches: [next]\nenv:\n  TEAM: \"on\"\n").read_text()
        tree.cicd("export", "--over")
        gitlab, github = self.file(tree, "gitlab"), self.file(tree, "github")
        self.assertEqual((gitlab["stages"], gitlab["mine"]["stage"]), (["decide", "run", "result", "mine"], "mine"))
        self.assertEqual((github["on"]["push"]["branches"], github["env"]), (["main", "next"], {"TEAM": "on"}))
        self.assertEqual((tree.source / "ci/local.github.yml").read_text(), local)
        self.assert_sound(tree, ("gitlab",))

    def test_the_table_of_digests_is_the_teams(self):
        tree = self.declared(PIPELINE + "pipeline_ci(SYSTEMS github IMAGE registry.example.com/ci/tools)\n")
        refused = tree.cicd("export", status=2).all
        self.assertIn("it has no digest of what the export uses: 'registry.example.com/ci/tools'", refused)
        # The table is there, and that line is all that it lacks.
        self.assertIn("actions/checkout", json.loads((tree.source / "ci/pins.json").read_text()))
        self.assertEqual(refused.count("add: "), 1)
        tree.write("ci/pins.json", "{}")
        refused = tree.cicd("export", status=2).all
        for name in ("actions/checkout", "actions/upload-artifact", "actions/download-artifact", "registry.example.com/ci/tools"):
            self.assertIn(f'add: "{name}": {{"version": "', refused)
        self.assertEqual((tree.source / "ci/pins.json").read_text(), "{}")
        (tree.source / "ci/pins.json").unlink()
        tree.declare(PIPELINE + "pipeline_ci(SYSTEMS github)\n").configure()
        tree.cicd("export")
        pins = json.loads((tree.source / "ci/pins.json").read_text())
        pins["actions/checkout"] = {"version": "v5.0.0", "digest": "5" * 40}
        pins["cicd"] = {"version": "1.0", "digest": "sha256:" + "6" * 64, "url": "https://example.com/cicd-1.0.tar.gz"}
        pins["registry.example.com/ci/tools"] = {"version": "12", "digest": "sha256:" + "7" * 64}
        text = tree.write("ci/pins.json", json.dumps(pins)).read_text()
        tree.declare(PIPELINE + "pipeline_ci(SYSTEMS github IMAGE registry.example.com/ci/tools)\n").configure()
        said = tree.cicd("export").stdout
        self.assertNotIn("names no archive", said)
        self.assertEqual((tree.source / "ci/pins.json").read_text(), text)
        workflow = self.text(tree, "github")
        self.assertIn("actions/checkout@" + "5" * 40, workflow)
        self.assertIn("registry.example.com/ci/tools:12@sha256:" + "7" * 64, workflow)
        lines = ci_files.jobs_of("github", workflow)["app-build"][1]
        self.assertIn(f'echo "{"6" * 64}  build/cicd-package.tar.gz" | sha256sum --check --quiet', lines)
        for broken, says in (("[]", "not a table of versions and digests"), ('{"a": {"version": "1", "digest": "x"}}', "a: not a digest: 'x'"),
                             ('{"cicd": {"digest": "sha256:' + "1" * 64 + '", "url": "https://x/$(id)"}}', "cicd: not a URL of an archive"),
                             ('{"cicd": {"digest": "' + "1" * 40 + '", "url": "https://x/y"}}', "cicd: not the digest of an archive"),
                             ('{"a": {"version": "1 2", "digest": "' + "1" * 40 + '"}}', "a: not a version: '1 2'"),
                             (json.dumps({**pins, "registry.example.com/ci/tools": {"digest": "1" * 40}}), "tools: not the digest of an image"),
                             ('{\n"a": {"digest": "' + "1" * 40 + '"},\n"a": {"digest": "' + "2" * 40 + '"}}', "ci/pins.json:3: it is there twice: 'a'"),
                             ('{\n"a": {"digest": "' + "1" * 40 + '", "digest": "' + "2" * 40 + '"}}', "ci/pins.json:2: it is there twice: 'digest'"),
                             ('{\n"a": {"digest": "' + "1" * 40 + '", "URL": "https://x/y"}}', "ci/pins.json:2: a: there is no such member: 'URL'\n  did you mean: url"),
                             ('{"a": {"version": 12, "digest": "' + "1" * 40 + '"}}', "ci/pins.json:1: a: version is not a text: '12'"),
                             ('{"a": "' + "1" * 40 + '"}', "a: not a version with its digest"),
                             (json.dumps({**pins, "actions/checkout": {"digest": "sha256:" + "1" * 64}}), "actions/checkout: not the digest of an action")):
            tree.write("ci/pins.json", broken)
            self.assertIn(says, tree.cicd("export", "--check", status=2).all)

    def test_a_file_that_is_asked_for_wrongly_is_refused(self):
        tree = self.declared(PIPELINE)
        self.assertIn("no pipeline_ci() is declared in this build tree", tree.cicd("export", status=2).all)
        tree.declare(PIPELINE + "pipeline_ci(SYSTEMS github gitlab)\n").configure()
        for words, says in ((["circleci"], "SYSTEMS does not name it: 'circleci'"), (["githup"], "not a CI system that is exported to: 'githup'"),
                            (["--out", "all.yml"], "--out takes the file of one system"), (["--jobs", "jobs.txt"], "--jobs is said of one system")):
            self.assertIn(says, tree.cicd("export", *words, status=2).all)
        tree.write("ci/local.gitlab.yml", "[mine]\n")
        self.assertIn("what is merged into an export is one mapping", tree.cicd("export", status=2).all)
        for text, says in (("mine:\n  script: !reference [.setup, script]\n", "ci/local.gitlab.yml:2: the tag !reference would be lost"), ("mine: !own {a: b}\n", "ci/local.gitlab.yml:1: the tag !own"),
                           ("mine:\n  stage: !own run\n", "ci/local.gitlab.yml:2: the tag !own")):
            tree.write("ci/local.gitlab.yml", text)
            self.assertIn(says, tree.cicd("export", status=2).all)
        self.assertFalse((tree.source / SYSTEMS["github"]).exists())

    def test_the_signature_of_drone_stays_until_something_else_is_exported(self):
        tree = self.exported(PIPELINE + CI)
        text = self.text(tree, "drone")
        # As `drone sign --save` writes it.
        signed = tree.write(SYSTEMS["drone"], "---\n" + text + "---\nkind: signature\nhmac: " + "f" * 64 + "\n\n...\n").read_text()
        self.assertEqual(tree.cicd("export", "--check").stdout.count("unchanged"), len(SYSTEMS))
        tree.cicd("export")
        self.assertEqual(self.text(tree, "drone"), signed)
        # The twin: something else beside the signature is a difference.
        hidden, behind = "kind: pipeline\ntype: exec\nname: hidden\nsteps: []\n", "kind: signature\nhmac: " + "f" * 64 + "\n"
        for old, new in (("app.build", "app.biuld"), ("kind: signature", "kind: secret"), (behind, behind + "--- \n" + hidden), (behind, behind + "---x\n" + hidden), (behind, behind + "---\n" + hidden),
                         (behind, behind + "---\n" + behind), (behind, behind + "type: exec\n"), (behind, behind.replace("f" * 64, "g")), ("\n...\n", "\n...\n---\n" + hidden), ("\n...\n", "\n...x\n" + hidden)):
            tree.write(SYSTEMS["drone"], signed.replace(old, new))
            self.assertIn("an exported file is not what would be written: '.drone.yml'", tree.cicd("export", "--check", status=3).all)
        tree.cicd("export")
        self.assertEqual(self.text(tree, "drone"), text)
        self.assertIn("drone sign --save", text)

    def test_what_the_team_adds_to_drone_is_of_a_pipeline_and_nothing_is_added_to_a_jenkinsfile(self):
        tree = self.declared(PIPELINE + CI)
        tree.write("ci/local.drone.yml", "push:\n  steps:\n  - name: mine\n    image: " + IMAGE + "\n    depends_on: [app-build]\n    commands: [\"true\"]\n"
                   "mine:\n  type: exec\n  trigger: {event: [custom]}\n  steps:\n  - name: one\n    commands: [\"true\"]\n")
        tree.cicd("export")
        self.assert_sound(tree, ("drone",))
        self.assertEqual((self.jobs(tree, "drone")["mine"][0], self.file(tree, "drone")[-1]["name"]), (["app-build"], "mine"))
        tree.write("ci/local.jenkins.yml", "a: b\n")
        self.assertIn("ci/local.jenkins.yml: nothing is merged into a Jenkinsfile", tree.cicd("export", status=2).all)

    def test_of_several_gates_in_a_build_none_is_an_approval(self):
        one = GATED.replace("app prod ON branch main", "app prod ON tag v*")
        tree = self.exported(one + CI)
        approves = lambda: [line for line in self.jobs(tree, "buildkite")["app-deploy-prod"][1] if "cicd approve" in line]
        self.assertEqual(len(approves()), 1)
        tree.declare(one + "pipeline_environment(app eu ON tag v* FROM stage APPROVAL required VIA gitops)\n" + CI).configure()
        self.assertIn("app-deploy-prod: a build may have other gates, which Buildkite does not tell apart: cicd approve app prod --reason …\n", tree.cicd("export").stdout)
        self.assertEqual(approves(), [])
        # A pull request has the gates of previews, and a push those of deploys.
        tree.declare(GATED + "pipeline_preview(app IN stage HOST a-{slug}.example.com APPROVAL required)\n" + CI).configure()
        self.assertNotIn("does not tell apart", tree.cicd("export").stdout)
        self.assertEqual(len(approves()), 1)

    # ---- names ----

    def test_names_that_yaml_reads_as_something_else_stay_what_they_are(self):
        calls = "".join(f"add_pipeline({name})\npipeline_step({name} build COMMAND true STAGE build)\npipeline_image({name} BASE scratch FILES in.txt=/in ENTRYPOINT /in)\n"
                        f"pipeline_environment({name} null ON branch *x VIA gitops)\npipeline_environment({name} yes ON tag 1.10 VIA gitops)\n" for name in ("on", "no", "1e3"))
        tree = self.exported(calls + CI)
        self.assert_sound(tree)
        push = self.file(tree, "github")["on"]["push"]
        self.assertEqual((push["tags"], push["branches"]), (["1.10"], ["**x", "main"]))
        self.assertIn("on-deploy-null", self.jobs(tree, "circleci"))
        self.assertIn("job-1e3-build", self.jobs(tree, "gitlab"))

    def test_no_word_is_an_expression_of_a_ci_system(self):
        title = "\\${{ github.event.pull_request.title }}"
        for calls, says in ((f"pipeline_ci(SYSTEMS github SETUP echo \"{title}\")\n", "SETUP"), (f"pipeline_ci(SYSTEMS github LOGINS stage=\"{title}\")\n", "LOGINS"),
                            ("pipeline_ci(SYSTEMS circleci BRANCHES x<<y)\n", "a pattern of branches"),
                            ("pipeline_environment(app next ON tag x<<y VIA gitops)\npipeline_ci(SYSTEMS circleci BRANCHES main)\n", "ON of an environment")):
            refused = self.declared(PIPELINE + calls).cicd("export", status=2)
            self.assertIn(f"{says} holds an expression of a CI system", refused.all)

    def test_two_jobs_or_places_of_one_name_are_refused_with_both(self):
        step = "COMMAND cmp in.txt in.txt INPUTS in.txt"
        two = f"add_pipeline(web)\npipeline_step(web e2e-build {step} CHECK)\nadd_pipeline(web-e2e)\npipeline_step(web-e2e build {step} STAGE build)\n"
        self.assertIn("web.e2e-build and web-e2e.build would have one name in a CI system: 'web-e2e-build'", self.declared(two + CI).cicd("export", status=2).all)
        own = "pipeline_image({0} BASE scratch FILES in.txt=/in ENTRYPOINT /in)\npipeline_environment({0} {1} ON branch main VIA gitops)\n"
        places = "add_pipeline(web)\n" + own.format("web", "e2e-prod") + "add_pipeline(web-e2e)\n" + own.format("web-e2e", "prod")
        self.assertIn("web.deploy-e2e-prod and web-e2e.deploy-prod would have one name in a CI system: 'web-e2e-prod'", self.declared(places + CI).cicd("export", status=2).all)

    def test_an_environment_is_no_preview_by_its_name(self):
        own = "pipeline_environment(app {0} ON branch main APPROVAL required VIA gitops)\n"
        tree = self.exported(PIPELINE + own.format("eu-preview") + own.format("eu-canary") + CI)
        self.assert_sound(tree, by_schema=False)
        steps = {step["key"]: step for step in ci_files.buildkite_steps(self.file(tree, "buildkite"))}
        invoked = dict(ci_files.circle_invoked(self.file(tree, "circleci")))
        for name in ("eu-preview", "eu-canary"):
            self.assertEqual(steps[f"app-approve-{name}"]["if"], 'build.source == "webhook" && build.pull_request.id == null && build.tag == null && build.branch =~ /^main$$/')
            self.assertEqual(invoked[f"app-approve-{name}"]["filters"], {"branches": {"only": ["/^main$/"]}})
        many = "".join(f"add_pipeline(p{number})\npipeline_image(p{number} BASE scratch FILES in.txt=/in ENTRYPOINT /in)\n"
                       f"pipeline_environment(p{number} eu-preview ON branch main APPROVAL required VIA gitops)\n" for number in range(13))
        github = self.file(self.exported(many + CI), "github")["jobs"]
        self.assertEqual(github["all-approve-eu-preview"]["environment"], {"name": "${{ matrix.pipeline }}-eu-preview-approval"})
        clash = PIPELINE + "pipeline_environment(app eu ON branch main VIA gitops)\npipeline_environment(app eu-preview ON branch main VIA gitops)\npipeline_preview(app IN eu HOST a-{slug}.example.com)\n"
        refused = self.declared(clash + CI).cicd("export", status=2).all
        self.assertRegex(refused, "app.deploy-(eu-preview|branch) and app.deploy-(eu-preview|branch) would have one name in a CI system: 'app-eu-preview'")
        gate = PIPELINE + own.format("prod") + "pipeline_environment(app prod-approval ON branch main VIA gitops)\n"
        self.assertIn("would have one name in a CI system: 'app-prod-approval'", self.declared(gate + CI).cicd("export", status=2).all)

    def test_what_runs_by_time_does_so_on_the_first_branch_that_is_declared(self):
        preview = "pipeline_preview(app IN stage HOST a-{slug}.example.com)\n"
        for calls, branch in ((PIPELINE + preview + CI.replace(")", " BRANCHES release/* trunk develop)"), "trunk"), (PIPELINE.replace("branch main", "branch trunk") + preview + CI, "trunk"),
                              (PIPELINE + "pipeline_environment(app prod ON branch develop VIA gitops)\n" + preview + CI, "main")):
            tree = self.exported(calls)
            trigger, = self.file(tree, "circleci")["workflows"]["scheduled"]["triggers"]
            self.assertEqual(trigger["schedule"]["filters"], {"branches": {"only": [branch]}})
            self.assertIn(f"cron(env.BRANCH_NAME == '{branch}' ?", self.text(tree, "jenkins"))

    def test_a_schedule_is_five_fields_of_numbers(self):
        preview = "pipeline_preview(app IN stage HOST a-{slug}.example.com)\n"
        for schedule, fields in (("@daily", "0 0 * * *"), ("*/15 * * * *", "0,15,30,45 * * * *"), ("5 1-3 */10 jan mon-fri", "5 1-3 1,11,21,31 1 1-5"), ("0-59/2 ? * * 0", ",".join(str(one) for one in range(0, 60, 2)) + " * * * 0")):
            tree = self.exported(PIPELINE + preview + CI.replace(")", f' SCHEDULE "{schedule}")'))
            self.assert_sound(tree, ("circleci",), by_schema=False)
            self.assertEqual(self.file(tree, "github")["on"]["schedule"], [{"cron": fields}])
            self.assertIn(f'cicd "0 {fields}"\n', self.text(tree, "drone"))

    def test_a_newer_commit_cancels_no_run_by_time_or_by_hand(self):
        tree = self.exported(WHOLE)
        self.assertEqual(self.file(tree, "github")["concurrency"]["group"],
                         "cicd-${{ github.event_name }}-${{ github.event.pull_request.number || (github.event_name == 'push' && github.ref) || github.run_id }}")
        gitlab = self.file(tree, "gitlab")
        self.assertEqual({name for name, job in gitlab.items() if isinstance(job, dict) and job.get("interruptible") is False},
                         {"app-sweep", "app-cron-stage", "app-cron-prod", "app-canary-prod", "app-canary-prod-set", "app-canary-prod-end"})
        jenkins = self.text(tree, "jenkins")
        self.assertNotIn("abortPrevious", jenkins)
        self.assertIn("script { if (!params.CICD_JOB) { supersede() } }", jenkins)
        self.assertEqual([call["given"] for call in ci_files.called(self.file(tree, "jenkins"), "milestone")], [["6"], ["7"]])

    def test_what_reconciles_takes_on_the_roles_that_are_its_own(self):
        fleet = "add_pipeline(app ARTIFACTS registry.example.com/app CODE git@git.example.com:app.git)\npipeline_environment(app stage ON branch main VIA gitops REPOSITORY git@git.example.com:m.git)\n"
        role = "arn:aws:iam::123456789012:role/"
        tree = self.exported(fleet + CI.replace(")", f" LOGINS reconcile={role}move reconcile-plan={role}read)"))
        self.assert_sound(tree, by_schema=False)
        gitlab = self.file(tree, "gitlab")
        self.assertEqual({name: job["variables"]["AWS_ROLE_ARN"] for name, job in gitlab.items() if "id_tokens" in job}, {"reconcile": role + "move", "reconcile-plan": role + "read"})

    def test_no_name_is_more_than_a_word_to_a_shell(self):
        calls = "add_pipeline(app ARTIFACTS registry.example.com/app CODE git@git.example.com:app.git)\npipeline_environment(app stage ON branch main VIA gitops REPOSITORY git@git.example.com:m.git)\n"
        tree = self.exported(calls + CI.replace(")", " BRANCHES x$(id))"))
        for system in set(SYSTEMS) - {"drone"}:
            self.assertIn("build/.cicd/cicd reconcile --plan --fetch --since 'origin/x$(id)'", self.jobs(tree, system)["reconcile-plan"][1])

    def test_above_twelve_pipelines_a_stage_is_one_job_with_a_matrix(self):
        names = [f"p{number}" for number in range(13)]
        calls = "".join(f"add_pipeline({name})\npipeline_step({name} build COMMAND cp in.txt {name}.txt INPUTS in.txt OUTPUTS {name}.txt STAGE build)\n"
                        f"pipeline_step({name} test COMMAND cmp {name}.txt in.txt INPUTS in.txt AFTER build STAGE test)\n" for name in names)
        tree = self.exported(calls + CI)
        self.assert_sound(tree, by_schema=False)
        self.assertEqual(set(self.jobs(tree, "github")), {"decide", "all-build", "all-test", "result"})
        gitlab = self.file(tree, "gitlab")
        self.assertEqual(gitlab["all-test"]["parallel"]["matrix"], [{"CICD_PIPELINE": names}])
        self.assertEqual([one["group"] for one in self.file(tree, "buildkite")["steps"] if "group" in one], sorted(names))
        self.assertEqual(self.jobs(tree, "buildkite")["p7-test"][0], ["decide", "p7-build"])
        self.assertEqual(self.jobs(tree, "drone")["p7-test"][0], ["decide", "p7-build"])
        # A stage that is restarted has no jobs: it is told, and is no build that ends well.
        self.assertIn("if (wanted == null) { error ", self.text(tree, "jenkins"))
        # One after the other, with the name of each.
        given = [call["given"] for call in ci_files.called(self.file(tree, "jenkins"), "withEnv")]
        self.assertEqual(given, [[f"[CICD_PIPELINE={name}]"] for name in names] * 2)
        self.assertEqual(list(self.jobs(tree, "jenkins")), ["decide", *(f"{name}-build" for name in names), *(f"{name}-test" for name in names), "result"])
        self.assertEqual(self.jobs(tree, "gitlab")["all-test"][0], ["decide", "all-build"])

    def test_each_job_of_a_matrix_finds_itself_among_those_that_an_event_needs(self):
        names = [f"{number}p" if number < 2 else f"p{number}" for number in range(14)]
        tree = self.exported("".join(f"add_pipeline({name})\npipeline_step({name} build COMMAND cp in.txt {name}.txt INPUTS in.txt OUTPUTS {name}.txt STAGE build)\n" for name in names) + CI)
        self.assert_sound(tree, by_schema=False)
        gitlab = self.file(tree, "gitlab")
        jobs = [job for name, job in gitlab.items() if name.endswith("-build")]
        asked = [(job["script"][0].removesuffix(" || exit 0"), name) for job in jobs for name in (job["parallel"]["matrix"][0]["CICD_PIPELINE"] if "parallel" in job else [""])]
        self.assertEqual((len(jobs), len(asked)), (3, 14))
        (tree.source / "build/cicd-export").mkdir(parents=True)
        tree.cicd("export", "gitlab", "--jobs", tree.source / "build/cicd-export/jobs.txt", env=PUSH["gitlab"])
        for line, name in asked:
            self.assertEqual(tree.call(["bash", "-c", line], env={"CICD_PIPELINE": name}).returncode, 0, (line, name))

    def test_jobs_of_a_part_that_are_not_alike_share_no_matrix(self):
        rules = {3: "ON tag v*", 5: "ON branch main APPROVAL required", 6: "APPROVAL required"}
        names = [f"p{number}" for number in range(14)]
        calls = "".join(f"add_pipeline({name}{' SIGN_KEYLESS' if number == 4 else ''})\npipeline_image({name} BASE scratch FILES in.txt=/in ENTRYPOINT /in)\n"
                        f"pipeline_environment({name} prod {rules.get(number, 'ON branch main')} VIA gitops)\n" for number, name in enumerate(names))
        tree = self.exported(calls + CI)
        self.assert_sound(tree)
        alike = [name for number, name in enumerate(names) if number not in rules]
        gitlab = self.file(tree, "gitlab")
        self.assertEqual({name: job["parallel"]["matrix"][0]["CICD_PIPELINE"] for name, job in gitlab.items() if "deploy" in name or "publish" in name},
                         {"all-publish": [name for name in names if name != "p4"], "all-publish-2": ["p4"], "all-deploy-prod": alike,
                          "all-deploy-prod-2": ["p3"], "all-deploy-prod-3": ["p5"], "all-deploy-prod-4": ["p6"]})
        lines = {name: "\n".join(job["script"]) for name, job in gitlab.items() if name.startswith("all-deploy")}
        self.assertEqual([name for name, text in lines.items() if "deploy --plan" in text], ["all-deploy-prod-3", "all-deploy-prod-4"])
        # The gate is the job as GitLab names each of a matrix.
        self.assertEqual(re.findall('--gate ("[^"]*")', lines["all-deploy-prod-3"]), ['"all-deploy-prod-3: [$CICD_PIPELINE]"'])
        self.assertEqual([rule["if"] for rule in gitlab["all-deploy-prod-2"]["rules"]], ['$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_TAG =~ /^v.*$/'])
        self.assertEqual([name for name, job in gitlab.items() if "id_tokens" in job], ["all-publish-2"])
        file = self.folder / "output"
        tree.cicd("export", "github", "--jobs", file, env=PUSH["github"])
        wanted = json.loads(file.read_text().removeprefix("jobs="))
        self.assertEqual({name: of for name, of in wanted.items() if "deploy" in name}, {"all-deploy-prod": alike, "all-deploy-prod-3": ["p5"]})

    def test_what_needs_more_jobs_than_gitlab_takes_waits_for_the_stages_before_its_own(self):
        names = [f"p{number}" for number in range(60)]
        calls = "".join(f"add_pipeline({name})\npipeline_step({name} build COMMAND cp in.txt {name}.txt INPUTS in.txt OUTPUTS {name}.txt STAGE build)\n"
                        f"pipeline_step({name} test COMMAND cmp {name}.txt in.txt INPUTS in.txt AFTER build STAGE test)\n"
                        f"pipeline_image({name} BASE scratch FILES in.txt=/in ENTRYPOINT /in)\npipeline_service({name} api PORT 8080)\n"
                        f"pipeline_environment({name} stage ON branch main VIA gitops)\npipeline_environment({name} prod ON branch main FROM stage APPROVAL required VIA gitops)\n"
                        f"pipeline_preview({name} IN stage HOST {name}-{{slug}}.example.com)\n" for name in names)
        tree = self.exported(calls + CI)
        self.assert_sound(tree, ("gitlab",))
        gitlab = self.file(tree, "gitlab")
        stage = {name: gitlab["stages"].index(job["stage"]) for name, job in gitlab.items() if isinstance(job, dict) and "script" in job}
        self.assertNotIn("needs", {**gitlab["all-test"], **gitlab["cicd / result"], **gitlab["all-deploy-prod"]})
        for name, before in (("all-test", "all-build"), ("all-publish", "all-test"), ("all-publish", "all-image"), ("all-deploy-stage", "all-publish"), ("all-plan-prod", "all-publish"),
                             ("cicd / result", "all-plan-prod"), ("cicd / result", "all-deploy-stage"), ("all-deploy-prod", "cicd / result"), ("all-deploy-prod", "all-plan-prod")):
            self.assertGreater(stage[name], stage[before], (name, before))
        # Of one the plan of its own pipeline is another job.
        self.assertIn({"job": "all-plan-branch", "optional": True, "parallel": {"matrix": [{"CICD_PIPELINE": ["p7"]}]}}, gitlab["p7-deploy-branch"]["needs"])
        self.assertEqual(gitlab["p7-deploy-branch"]["environment"]["on_stop"], "p7-undeploy-branch")
        self.assertEqual(gitlab["p7-undeploy-branch"]["environment"], {"name": "p7/preview/$CI_COMMIT_REF_SLUG", "action": "stop"})

    def test_more_jobs_than_gitlab_makes_of_one_are_refused(self):
        tree = self.declared("".join(f"add_pipeline(p{number})\npipeline_step(p{number} build COMMAND true STAGE build)\n" for number in range(201)) + "pipeline_ci(SYSTEMS gitlab)\n")
        self.assertIn("GitLab makes at most 200 jobs of one: '201'", tree.cicd("export", status=2).all)

    # ---- what a job is given ----

    def test_what_publishes_has_the_identity_that_signs_and_no_other_job(self):
        signed = PIPELINE.replace("add_pipeline(app)", "add_pipeline(app SIGN_KEYLESS)") + "pipeline_environment(app demo VIA gitops)\n"
        tree = self.exported(signed + CI)
        self.assert_sound(tree, by_schema=False)
        github, gitlab = (self.file(tree, system) for system in ("github", "gitlab"))
        self.assertEqual([name for name, job in github["jobs"].items() if job["permissions"].get("id-token")], ["app-publish"])
        # What is started by hand there is one job, which publishes.
        self.assertEqual({name: job["id_tokens"] for name, job in gitlab.items() if "id_tokens" in job},
                         dict.fromkeys(("app-publish", "app-deploy-demo"), {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}))
        circle = {name: [line for line in lines if "SIGSTORE_ID_TOKEN" in line] for name, (_, lines) in self.jobs(tree, "circleci").items()}
        self.assertEqual({name: len(lines) for name, lines in circle.items() if lines}, {"app-publish": 1, "app-deploy-demo": 1})
        lines = {name: [line for line in lines if "SIGSTORE_ID_TOKEN" in line] for name, (_, lines) in self.jobs(tree, "buildkite").items()}
        self.assertEqual({name: len(found) for name, found in lines.items() if found}, {"app-publish": 1})  # which the other comes after
        agent = tree.write("bin/buildkite-agent", '#!/bin/sh\ntest "$*" = "oidc request-token --audience sigstore" && echo of-the-job\n')
        agent.chmod(0o755)
        line = lines["app-publish"][0].replace("cmake --build build --target app.publish", 'test "$SIGSTORE_ID_TOKEN" = of-the-job') + '; test -z "${SIGSTORE_ID_TOKEN:-}"'
        self.assertEqual(subprocess.run(["bash", "-eo", "pipefail", "-c", line], env={"PATH": f"{agent.parent}:/usr/bin:/bin"}).returncode, 0)
        given = {name for name, stage, _ in ci_files.jenkins_stages(self.file(tree, "jenkins")) for call in ci_files.called(stage, "string") if "credentialsId=cicd-sigstore" in call["given"]}
        self.assertEqual(given, {"app-publish"})
        self.assertIn("app-publish: Drone has no token of a job, with which SIGN_KEYLESS signs\n", tree.cicd("export").stdout)
        program = tree.write("bin/circleci", '#!/bin/sh\ntest "$*" = \'run oidc get --claims {"aud": "sigstore"}\' && echo of-the-job\n')
        program.chmod(0o755)
        line = circle["app-publish"][0].replace("cmake --build build --target app.publish", 'test "$SIGSTORE_ID_TOKEN" = of-the-job')
        self.assertEqual(subprocess.run(["bash", "-eo", "pipefail", "-c", line], env={"PATH": f"{program.parent}:/usr/bin:/bin"}).returncode, 0)

    def test_what_has_a_role_asks_for_its_token_and_nothing_else_does(self):
        tree = self.exported(WHOLE)
        roles = {"app-plan-prod", "app-deploy-prod", "app-canary-prod", "app-canary-prod-set", "app-canary-prod-end", "app-cron-prod"}
        steps = {step["key"]: step for step in ci_files.buildkite_steps(self.file(tree, "buildkite"))}
        self.assertEqual({name for name, step in steps.items() if "AWS_ROLE_ARN" in step.get("env", {})}, roles)
        self.assertEqual({name for name, step in steps.items() if any("--audience sts.amazonaws.com" in line for line in step.get("commands", []))}, roles)
        stages = {name: stage for name, stage, _ in ci_files.jenkins_stages(self.file(tree, "jenkins"))}
        given = {name: [one for call in ci_files.called(stage, "file") for one in call["given"]] for name, stage in stages.items()}
        self.assertEqual({name for name, words in given.items() if words}, roles)
        self.assertEqual({tuple(words) for words in given.values() if words}, {("credentialsId=cicd-prod", "variable=AWS_WEB_IDENTITY_TOKEN_FILE")})
        self.assertEqual(tree.cicd("export").stdout.count("so that it does not take on the role of LOGINS"), len(roles))
        for system in SYSTEMS:
            self.assertNotRegex(self.text(tree, system), "AWS_(SECRET_)?ACCESS_KEY", system)

    def test_a_plan_has_the_secrets_of_its_environment_and_waits_for_no_person(self):
        tree = self.exported(GATED + CI)
        github, gitlab = (self.file(tree, system) for system in ("github", "gitlab"))
        plan = github["jobs"]["app-plan-prod"]
        self.assertEqual((plan["environment"], "concurrency" in plan), (github["jobs"]["app-deploy-prod"]["environment"], False))
        self.assertEqual(github["jobs"]["app-approve-prod"]["environment"], {"name": "app-prod-approval"})
        self.assertEqual((gitlab["app-plan-prod"]["environment"], "resource_group" in gitlab["app-plan-prod"]), ({"name": "app/prod-plan", "action": "access"}, False))

    def test_an_approval_that_no_gate_gives_is_told(self):
        tree = self.declared(PIPELINE + "pipeline_preview(app IN stage HOST a-{slug}.example.com APPROVAL required)\n" + CI)
        told = "app-deploy-branch: Drone promotes no saved plan of it, so that the promotion approves nothing: cicd approve app stage --preview --reason …\n"
        self.assertIn(told, tree.cicd("export").stdout)
        self.assertNotIn("approve", tree.cicd("export", "github").stdout)
        self.assertIn("app-canary-prod: no gate comes before a canary: cicd approve app prod --canary --reason …\n", self.declared(WHOLE).cicd("export").stdout)
        self.assertNotIn("approve", self.declared(GATED + CI).cicd("export").stdout)


if __name__ == "__main__":
    unittest.main()
