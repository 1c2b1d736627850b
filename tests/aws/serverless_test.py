"""The real Serverless Framework 3 on moto: what VIA serverless gives it and what it makes of it, and PACKAGE whole. It takes long to install and to
run, and belongs to the preset test-everything. Version 3 does not hear AWS_ENDPOINT_URL, so that its client is told by a module of Node; moto has
no runtime nodejs18 and no HTTP APIs."""

import json
import os
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
sys.path.insert(0, str(Path(__file__).parent))
import harness  # noqa: E402
from functions_test import LOGIN, VENV, free_port  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests"
PROGRAM = Path(os.environ.get("CICD_TEST_SERVERLESS") or CACHE / "serverless/node_modules/.bin/serverless")

CONFIG = """\
service: app
provider:
  name: aws
  runtime: python3.12
  environment:
    STAGE: ${sls:stage}
functions:
  hook:
    handler: handler.main
"""
DECLARED = """
add_pipeline(app)
pipeline_step(app build SHELL "mkdir dist && cp handler.py dist/" INPUTS handler.py OUTPUTS dist/ STAGE build)
pipeline_function(app hook ZIP dist CONFIG serverless.yml)
pipeline_environment(app stage ON branch main VIA serverless REGION us-east-1 BUCKET team-artifacts{more})
pipeline_environment(app prod ON tag v* FROM stage VIA serverless REGION {region} BUCKET team-artifacts{more})
"""
# All of its clients ask one server.
ENDPOINT = "const AWS = require('{modules}/aws-sdk');\nAWS.config.update({{ endpoint: process.env.AWS_ENDPOINT_URL, s3ForcePathStyle: true }});\n"


class Serverless(harness.Case):
    @classmethod
    def setUpClass(cls):
        for each, what in ((PROGRAM, "serverless"), (VENV / "bin/python", "moto")):
            if not each.is_file():
                raise AssertionError(f"{what} is missing: ./setup --everything installs it")
        cls.url = f"http://127.0.0.1:{free_port()}"
        cls.moto = subprocess.Popen([VENV / "bin/python", "-m", "moto.server", "-p", cls.url.rpartition(":")[2]], env={**os.environ, **LOGIN},
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.moto.wait)
        cls.addClassCleanup(cls.moto.kill)

        def answers():
            try:
                return urllib.request.urlopen(cls.url + "/moto-api/", timeout=1).status
            except OSError:
                return None
        harness.until(answers, 60, "moto")

    def setUp(self):
        super().setUp()
        urllib.request.urlopen(urllib.request.Request(self.url + "/moto-api/reset", method="POST"), timeout=10)

    def aws(self, script, region="us-east-1"):
        before = ("import boto3, json\n"
                  f"at = dict(endpoint_url='{self.url}', region_name='{region}')\n"
                  "s3, la, cf = boto3.client('s3', **at), boto3.client('lambda', **at), boto3.client('cloudformation', **at)\n")
        done = subprocess.run([VENV / "bin/python", "-c", before + script], env={**os.environ, **LOGIN}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout or "null")

    def functions(self, region="us-east-1"):
        return self.aws("print(json.dumps({f['FunctionName']: [f['CodeSha256'], f['Environment']['Variables']['STAGE'], f['Role'].split('/')[-1]] "
                        "for f in la.list_functions()['Functions']}))", region)

    def stacks(self, region="us-east-1"):
        return self.aws("print(json.dumps(sorted(s['StackName'] for s in cf.describe_stacks()['Stacks'])))", region)

    def made(self, more="", region="us-east-1"):
        self.aws("s3.create_bucket(Bucket='team-artifacts')\n"
                 "s3.put_bucket_versioning(Bucket='team-artifacts', VersioningConfiguration=dict(Status='Enabled'))\n")
        tree = self.tree()
        module = tree.write("../endpoint.js", ENDPOINT.format(modules=PROGRAM.parent.parent))
        wrapper = self.folder / "bin/serverless"
        wrapper.parent.mkdir()
        wrapper.write_text(f"#!/bin/sh\nNODE_OPTIONS='--require {module.resolve()}' exec {PROGRAM} \"$@\"\n")
        wrapper.chmod(0o755)
        tree.env.update(LOGIN, AWS_ENDPOINT_URL=self.url, NO_PROXY="*", PATH=f"{wrapper.parent}:{tree.env['PATH']}")
        tree.write("handler.py", "def main(event, context):\n    return 1\n")
        tree.write("serverless.yml", CONFIG)
        tree.declare(DECLARED.replace("{more}", more).replace("{region}", region))
        tree.commit("the first")
        tree.git("config", "user.name", "Jane Doe")
        tree.git("config", "user.email", "jane@example.com")
        tree.configure()
        return tree

    def tag(self, tree, name):
        tree.git("tag", name)
        tree.git("push", "--quiet", "upstream", name)

    def test_each_stage_has_its_own_names_and_the_same_code(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.assertEqual((list(self.functions()), self.stacks()), (["app-stage-hook"], ["app-stage"]))
        code, stage, role = self.functions()["app-stage-hook"]
        self.assertEqual((stage, role), ("stage", "app-stage-us-east-1-lambdaRole"))
        self.tag(tree, "v1.0.0")
        self.assertNotIn("app/zip-hook", tree.run("deploy-prod").all)
        self.assertEqual(self.functions()["app-prod-hook"], [code, "prod", "app-prod-us-east-1-lambdaRole"])
        self.assertEqual(self.stacks(), ["app-prod", "app-stage"])
        self.assertIn("nothing to do", tree.run("deploy-prod").all)
        # Another commit, and the one before put back.
        tree.write("handler.py", "def main(event, context):\n    return 2\n")
        tree.commit("two")
        tree.run("deploy-stage")
        self.assertNotEqual(self.functions()["app-stage-hook"][0], code)
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertEqual(self.functions()["app-stage-hook"][0], code)

    def test_the_package_of_the_first_stage_carries_it_over(self):
        tree = self.made(" PACKAGE whole", "eu-west-1")
        tree.run("deploy-stage")
        self.tag(tree, "v1.0.0")
        planned = tree.run("plan-prod").all
        for line in ("! PACKAGE whole deploys the package of stage", "AWS::Lambda::Function HookLambdaFunction: ", "FunctionName app-stage-hook",
                     "Environment.Variables.STAGE stage", "AWS::IAM::Role IamRoleLambdaExecution: ", "AWS::Logs::LogGroup HookLogGroup: LogGroupName /aws/lambda/app-stage-hook"):
            self.assertIn(line, planned)
        tree.run("deploy-prod")
        self.assertEqual(self.stacks("eu-west-1"), ["app-prod"])
        self.assertEqual(self.functions("eu-west-1")["app-stage-hook"][:2], self.functions()["app-stage-hook"][:2], "stack app-prod has what stage is called")

    def test_in_one_region_the_names_of_the_package_are_taken(self):
        tree = self.made(" PACKAGE whole")
        tree.run("deploy-stage")
        self.tag(tree, "v1.0.0")
        refused = tree.run("deploy-prod", status=6).all
        self.assertIn("serverless did not deploy: exit status 1", refused)
        self.assertEqual(list(self.functions()), ["app-stage-hook"])


if __name__ == "__main__":
    unittest.main()
