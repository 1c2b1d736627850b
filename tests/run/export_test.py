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
SYSTEMS = {"github": ".github/workflows/cicd.yml", "gitlab": ".gitlab-ci.yml", "circleci": ".circleci/config.yml"}
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci", "circleci": "vendor.circle-ci"}
IMAGE = "registry.example.com/ci/tools@sha256:" + "4" * 64
PIPELINE = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_step(app test COMMAND cmp out.txt in.txt INPUTS in.txt AFTER build STAGE test)
pipeline_image(app AFTER build BASE scratch FILES out.txt=/srv/out.txt ENTRYPOINT /srv/out.txt)
pipeline_service(app api PORT 8080)
pipeline_environment(app stage ON branch main VIA gitops)
"""
CI = f"pipeline_ci(SYSTEMS github gitlab circleci IMAGE {IMAGE})\n"
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
""" + CI.replace(")\n", " LOGINS prod=arn:aws:iam::123456789012:role/deploy REGION eu-central-1 CACHES CANCEL_WAITING SETUP ./ci/setup.sh --quiet RUNNER github=ubuntu-24.04 gitlab=linux circleci=medium)\n")
# What each system says of a push to main; the machine of each job is another one.
PUSH = {
    "github": dict(CI="true", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="push", GITHUB_REF="refs/heads/main", GITHUB_RUN_ID="71", GITHUB_ACTOR="jane",
                   GITHUB_REPOSITORY="us/app", GITHUB_REF_NAME="main", GITHUB_REF_TYPE="branch"),
    "gitlab": dict(CI="true", GITLAB_CI="true", CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main", CI_PIPELINE_ID="72", GITLAB_USER_LOGIN="joe",
                   CI_PROJECT_ID="3", GITLAB_USER_NAME="Joe", GITLAB_USER_EMAIL="joe@example.com"),
    "circleci": dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="main", CIRCLE_WORKFLOW_WORKSPACE_ID="73", CIRCLE_USERNAME="jane",
                     CIRCLE_REPOSITORY_URL="https://example.com/us/app"),
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
        """What the system's schema has against a file."""
        done = subprocess.run([VENV / "check-jsonschema", "--builtin-schema", SCHEMAS[system], path], capture_output=True, text=True)
        return [] if done.returncode == 0 else [done.stdout + done.stderr]

    def actionlint(self, path):
        program = subprocess.run([ROOT / "tests/cluster/cluster", "where", "actionlint"], capture_output=True, text=True, check=True).stdout.strip()
        done = subprocess.run([program, "-no-color", "-shellcheck=", "-pyflakes=", path], capture_output=True, text=True)
        return done.stdout.splitlines()

    def zizmor(self, path):
        done = subprocess.run([VENV / "zizmor", "--offline", "--no-config", "--min-confidence", "medium", "--format", "sarif", path], capture_output=True, text=True)
        return [(one["ruleId"], one["message"]["text"]) for run in json.loads(done.stdout)["runs"] for one in run["results"]]

    def assert_sound(self, tree, systems=SYSTEMS):
        for system in systems:
            with self.subTest(system):
                text = self.text(tree, system)
                self.assertEqual(ci_files.wrong_in(system, text), [])
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
                ("circleci", "        - app-build\n", "        - app-buidl\n", "comes after app-buidl, which there is not"),
                ("circleci", "executor: cicd", "executor: cidc", "runs in cidc, which there is not"),
                ("circleci", "<< pipeline.parameters.share >>", "<< pipeline.parameters.shares >>", "takes the parameter shares, which there is not"),
                ("circleci", IMAGE, "cimg/base:current", "which has no digest")):
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
        for system, old, new in (("github", "runs-on:", "runs-at:"), ("gitlab", "script:", "skript:"), ("circleci", "steps:", "stebs:")):
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
                self.assertEqual(after["app-scan"], {"decide"})
                self.assertLessEqual({"app-test", "app-scan", "app-image"}, after["app-publish"])
                self.assertLessEqual({"app-publish"}, after["app-deploy-stage"])
                self.assertIn("app-plan-prod", after["app-deploy-prod"])
                self.assertNotIn("app-deploy-stage", after["app-deploy-prod"] - {"app-plan-prod"})
        self.assertIn("app-approve-prod", edges["github"]["app-deploy-prod"])
        self.assertIn("app-approve-prod", edges["circleci"]["app-deploy-prod"])

    def test_previews_are_there_for_other_branches_and_do_not_wait_for_each_other(self):
        tree = self.exported(WHOLE)
        invoked = dict(ci_files.circle_invoked(self.file(tree, "circleci")))
        for name in ("app-approve-branch", "app-deploy-branch"):
            self.assertEqual(invoked[name]["filters"], {"branches": {"ignore": ["/^main$/"]}}, name)
        jobs = self.file(tree, "github")["jobs"]
        self.assertEqual(jobs["app-deploy-branch"]["concurrency"]["group"], "cicd-app-stage-preview-${{ github.event.pull_request.number }}")
        self.assertEqual(jobs["app-deploy-stage"]["concurrency"]["group"], "cicd-app-stage")

    # ---- drift ----

    def test_the_same_declarations_give_the_same_bytes_and_another_one_is_drift_that_a_test_finds(self):
        tree = self.exported(PIPELINE + CI)
        before = harness.digest_of_tree(tree.source, skip=("build",))
        tree.cicd("export")
        self.assertEqual(harness.digest_of_tree(tree.source, skip=("build",)), before)
        self.assertEqual(tree.cicd("export", "--check").stdout.count("unchanged"), 3)
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
        self.assertEqual([(one["system"], one["changed"]) for one in shown], [("github", True), ("gitlab", True), ("circleci", True)])

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
        self.assertIn("it has no digest of what the export uses: 'registry.example.com/ci/tools'", tree.cicd("export", status=2).all)
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
        self.assertFalse((tree.source / SYSTEMS["github"]).exists())

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

    def test_no_name_is_more_than_a_word_to_a_shell(self):
        calls = "add_pipeline(app ARTIFACTS registry.example.com/app CODE git@git.example.com:app.git)\npipeline_environment(app stage ON branch main VIA gitops REPOSITORY git@git.example.com:m.git)\n"
        tree = self.exported(calls + CI.replace(")", " BRANCHES x$(id))"))
        for system in SYSTEMS:
            self.assertIn("build/.cicd/cicd reconcile --plan --fetch --since 'origin/x$(id)'", self.jobs(tree, system)["reconcile-plan"][1])

    def test_above_twelve_pipelines_a_stage_is_one_job_with_a_matrix(self):
        names = [f"p{number}" for number in range(13)]
        calls = "".join(f"add_pipeline({name})\npipeline_step({name} build COMMAND cp in.txt {name}.txt INPUTS in.txt OUTPUTS {name}.txt STAGE build)\n"
                        f"pipeline_step({name} test COMMAND cmp {name}.txt in.txt INPUTS in.txt AFTER build STAGE test)\n" for name in names)
        tree = self.exported(calls + CI)
        self.assert_sound(tree)
        self.assertEqual(set(self.jobs(tree, "github")), {"decide", "all-build", "all-test", "result"})
        gitlab = self.file(tree, "gitlab")
        self.assertEqual(gitlab["all-test"]["parallel"]["matrix"], [{"CICD_PIPELINE": names}])
        self.assertEqual(self.jobs(tree, "gitlab")["all-test"][0], ["decide", "all-build"])

    def test_each_job_of_a_matrix_finds_itself_among_those_that_an_event_needs(self):
        names = [f"{number}p" if number < 2 else f"p{number}" for number in range(14)]
        tree = self.exported("".join(f"add_pipeline({name})\npipeline_step({name} build COMMAND cp in.txt {name}.txt INPUTS in.txt OUTPUTS {name}.txt STAGE build)\n" for name in names) + CI)
        self.assert_sound(tree)
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
        self.assertEqual([rule["if"] for rule in gitlab["all-deploy-prod-2"]["rules"]], ['$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_TAG =~ /^v.*$/'])
        self.assertEqual([name for name, job in gitlab.items() if "id_tokens" in job], ["all-publish-2"])
        file = self.folder / "output"
        tree.cicd("export", "github", "--jobs", file, env=PUSH["github"])
        wanted = json.loads(file.read_text().removeprefix("jobs="))
        self.assertEqual({name: of for name, of in wanted.items() if "deploy" in name}, {"all-deploy-prod": alike, "all-deploy-prod-3": ["p5"]})

    def test_more_jobs_than_gitlab_makes_of_one_are_refused(self):
        tree = self.declared("".join(f"add_pipeline(p{number})\npipeline_step(p{number} build COMMAND true STAGE build)\n" for number in range(201)) + "pipeline_ci(SYSTEMS gitlab)\n")
        self.assertIn("GitLab makes at most 200 jobs of one: '201'", tree.cicd("export", status=2).all)

    # ---- what a job is given ----

    def test_what_publishes_has_the_identity_that_signs_and_no_other_job(self):
        signed = PIPELINE.replace("add_pipeline(app)", "add_pipeline(app SIGN_KEYLESS)") + "pipeline_environment(app demo VIA gitops)\n"
        tree = self.exported(signed + CI)
        self.assert_sound(tree)
        github, gitlab = (self.file(tree, system) for system in ("github", "gitlab"))
        self.assertEqual([name for name, job in github["jobs"].items() if job["permissions"].get("id-token")], ["app-publish"])
        # What is started by hand there is one job, which publishes.
        self.assertEqual({name: job["id_tokens"] for name, job in gitlab.items() if "id_tokens" in job},
                         dict.fromkeys(("app-publish", "app-deploy-demo"), {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}))
        circle = {name: [line for line in lines if "SIGSTORE_ID_TOKEN" in line] for name, (_, lines) in self.jobs(tree, "circleci").items()}
        self.assertEqual({name: len(lines) for name, lines in circle.items() if lines}, {"app-publish": 1, "app-deploy-demo": 1})
        program = tree.write("bin/circleci", '#!/bin/sh\ntest "$*" = \'run oidc get --claims {"aud": "sigstore"}\' && echo of-the-job\n')
        program.chmod(0o755)
        line = circle["app-publish"][0].replace("cmake --build build --target app.publish", 'test "$SIGSTORE_ID_TOKEN" = of-the-job')
        self.assertEqual(subprocess.run(["bash", "-eo", "pipefail", "-c", line], env={"PATH": f"{program.parent}:/usr/bin:/bin"}).returncode, 0)

    def test_a_plan_has_the_secrets_of_its_environment_and_waits_for_no_person(self):
        tree = self.exported(GATED + CI)
        github, gitlab = (self.file(tree, system) for system in ("github", "gitlab"))
        plan = github["jobs"]["app-plan-prod"]
        self.assertEqual((plan["environment"], "concurrency" in plan), (github["jobs"]["app-deploy-prod"]["environment"], False))
        self.assertEqual(github["jobs"]["app-approve-prod"]["environment"], {"name": "app-prod-approval"})
        self.assertEqual((gitlab["app-plan-prod"]["environment"], "resource_group" in gitlab["app-plan-prod"]), ({"name": "app/prod-plan", "action": "access"}, False))

    def test_an_approval_that_no_gate_gives_is_told(self):
        parts = PIPELINE + "pipeline_preview(app IN stage HOST a-{slug}.example.com APPROVAL required)\n"
        tree = self.declared(parts + CI)
        self.assertIn("app-deploy-branch: no plan of it is saved, so that its gate approves nothing: cicd approve app stage --preview --reason …\n", tree.cicd("export").stdout)
        tree = self.declared(GATED + CI)
        self.assertNotIn("approves nothing", tree.cicd("export").stdout)


if __name__ == "__main__":
    unittest.main()
