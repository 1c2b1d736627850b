"""The real Serverless Framework 3 on moto: what VIA serverless gives it and what it makes of it, and PACKAGE whole. It takes long to install and to
run, and belongs to the preset test-everything. Version 3 does not hear AWS_ENDPOINT_URL, so that its client is told by a module of Node; moto has
no runtime nodejs18 and no HTTP APIs."""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import aws  # noqa: E402
import functions  # noqa: E402

PROGRAM = Path(os.environ.get("CICD_TEST_SERVERLESS") or aws.CACHE / "serverless/node_modules/.bin/serverless")

CONFIG = functions.CONFIG.replace("functions:\n", "  environment:\n    STAGE: ${sls:stage}\nfunctions:\n")
DECLARED = """
add_pipeline(app)
pipeline_step(app build SHELL "mkdir dist && cp handler.py dist/" INPUTS handler.py OUTPUTS dist/ STAGE build)
pipeline_function(app hook ZIP dist CONFIG serverless.yml)
pipeline_environment(app stage ON branch main VIA serverless REGION us-east-1 BUCKET team-artifacts{more})
pipeline_environment(app prod ON tag v* FROM stage VIA serverless REGION {region} BUCKET team-artifacts{more})
"""
# All of its clients ask one server.
ENDPOINT = "const AWS = require('{modules}/aws-sdk');\nAWS.config.update({{ endpoint: process.env.AWS_ENDPOINT_URL, s3ForcePathStyle: true }});\n"


class Serverless(aws.AwsCase):
    @classmethod
    def setUpClass(cls):
        if not PROGRAM.is_file():
            raise AssertionError("serverless is missing: ./setup --everything installs it")
        super().setUpClass()

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
        self.stand_in(tree, f"#!/bin/sh\nNODE_OPTIONS='--require {module.resolve()}' exec {PROGRAM} \"$@\"\n")
        tree.env.update(aws.LOGIN, AWS_ENDPOINT_URL=self.url, NO_PROXY="*")
        return functions.committed(tree, DECLARED.replace("{more}", more).replace("{region}", region), CONFIG)

    def test_each_stage_has_its_own_names_and_the_same_code(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.assertEqual((list(self.functions()), self.stacks()), (["app-stage-hook"], ["app-stage"]))
        code, stage, role = self.functions()["app-stage-hook"]
        self.assertEqual((stage, role), ("stage", "app-stage-us-east-1-lambdaRole"))
        tree.tag("v1.0.0")
        self.assertNotIn("app/zip-hook", tree.run("deploy-prod").all)
        self.assertEqual(self.functions()["app-prod-hook"], [code, "prod", "app-prod-us-east-1-lambdaRole"])
        self.assertEqual(self.stacks(), ["app-prod", "app-stage"])
        self.assertIn("nothing to do", tree.run("deploy-prod").all)
        # Another commit, and the one before put back.
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        self.assertNotEqual(self.functions()["app-stage-hook"][0], code)
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertEqual(self.functions()["app-stage-hook"][0], code)

    def test_the_package_of_the_first_stage_carries_it_over(self):
        tree = self.made(" PACKAGE whole", "eu-west-1")
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
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
        tree.tag("v1.0.0")
        refused = tree.run("deploy-prod", status=6).all
        self.assertIn("serverless did not deploy: exit status 1", refused)
        self.assertEqual(list(self.functions()), ["app-stage-hook"])


if __name__ == "__main__":
    unittest.main()
