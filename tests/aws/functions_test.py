"""Functions in AWS, which moto plays: zips by digest in S3, states that are written once, code in Lambda that is read back."""

import base64
import hashlib
import json
import signal
import sys
import threading
import time
import unittest
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import aws  # noqa: E402
from aws import LOGIN, VENV, harness  # noqa: E402
import functions  # noqa: E402

BUCKET = "team-artifacts"

CONFIG = functions.CONFIG + "  refunds:\n    handler: handler.refund\n"

DECLARED = """
add_pipeline(app)
pipeline_step(app build SHELL "mkdir dist && cp handler.py dist/" INPUTS handler.py OUTPUTS dist/ STAGE build)
pipeline_function(app hook ZIP dist CONFIG serverless.yml FUNCTIONS hook refunds)
pipeline_environment(app stage ON branch main VIA serverless REGION us-east-1 BUCKET team-artifacts CODE_ONLY)
pipeline_environment(app prod ON tag v* FROM stage VIA serverless REGION us-east-1 BUCKET team-artifacts CODE_ONLY)
"""


# Plays the program: what it is given, written down, and the code of the functions changed.
SERVERLESS = """#!PYTHON
import boto3, json, os, re, sys
config = open(sys.argv[-1]).read()
json.dump(dict(words=sys.argv[1:], config=config, files=sorted(os.listdir(".")), folder=os.getcwd(), variables=dict(os.environ)), open("FOLDER/said.json", "w"))
functions = boto3.client("lambda", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1")
for name, zip in re.findall(r"  (\\w+):\\n    package: .*artifact: (\\S+) }", config):
    functions.update_function_code(FunctionName=f"app-{sys.argv[3]}-{name}", ZipFile=open(zip, "rb").read())
"""


# Plays the program with packages: what it makes of CONFIG bears its stage, as the real one's does.
WHOLE = """#!PYTHON
import boto3, json, os, re, sys
words = sys.argv[1:]
stage, package = words[words.index("--stage") + 1], words[words.index("--package") + 1]
config = open(words[words.index("--config") + 1]).read()
with open("FOLDER/log", "a") as log:
    log.write(f"{words[0]} {stage}\\n")
template = package + "/cloudformation-template-update-stack.json"
if words[0] == "package":
    os.makedirs(package)
    names = re.findall(r"  (\\w+):\\n    package", config)
    json.dump({"Resources": {name: {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": f"app-{stage}-{name}",
               "Environment": {"Variables": {"STAGE": stage, "OTHER": "onstage"}}}} for name in names} | {"Role": {"Type": "AWS::IAM::Role",
               "Properties": {"RoleName": {"Fn::Join": ["-", ["app", stage, "role"]]}}}}}, open(template, "w"))
    sys.exit()
functions = boto3.client("lambda", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1")
zips = dict(re.findall(r"  (\\w+):\\n    package: .*artifact: (\\S+) }", config))
for name, each in json.load(open(template))["Resources"].items():
    if name in zips:
        functions.update_function_code(FunctionName=each["Properties"]["FunctionName"], ZipFile=open(zips[name], "rb").read())
"""


class Relay(BaseHTTPRequestHandler):
    """Passes requests on to moto, less those that a case answers itself."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        for fault in self.server.faults:
            said = fault(self.command, self.path)
            if said:
                return self.reply(*said)
        request = urllib.request.Request(self.server.to + self.path, data=body if self.command in ("PUT", "POST") else None, method=self.command,
                                         headers={name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")})
        request.add_unredirected_header("Host", self.headers["Host"])
        try:
            with urllib.request.urlopen(request, timeout=30) as done:
                self.reply(done.status, done.read(), done.headers.get("Content-Type"))
        except urllib.error.HTTPError as failed:
            self.reply(failed.code, failed.read(), failed.headers.get("Content-Type"))

    def reply(self, status, body=b"", kind="application/xml"):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", "0" if status == 204 else str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer


class Functions(aws.AwsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relay = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
        cls.relay.to, cls.relay.faults, cls.relay.seen = cls.url, [], []
        threading.Thread(target=cls.relay.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.relay.server_close)
        cls.addClassCleanup(cls.relay.shutdown)

    def setUp(self):
        super().setUp()
        self.relay.faults.clear()
        self.relay.seen.clear()

    def prepare(self, versioning=True, functions=("app-stage-hook", "app-stage-refunds", "app-prod-hook", "app-prod-refunds")):
        self.aws(f"""
s3.create_bucket(Bucket='{BUCKET}')
if {versioning}:
    s3.put_bucket_versioning(Bucket='{BUCKET}', VersioningConfiguration=dict(Status='Enabled'))
role = iam.create_role(RoleName='run', AssumeRolePolicyDocument='{{}}')['Role']['Arn']
first = io.BytesIO()
with zipfile.ZipFile(first, 'w') as made:
    made.writestr('handler.py', 'first')
for name in {list(functions)}:
    la.create_function(FunctionName=name, Runtime='python3.12', Role=role, Handler='handler.main', Code=dict(ZipFile=first.getvalue()))
""")

    def made(self, calls=DECLARED, **how):
        self.prepare(**how)
        tree = self.tree()
        tree.env.update(LOGIN, AWS_ENDPOINT_URL=f"http://127.0.0.1:{self.relay.server_port}", NO_PROXY="*")
        return functions.committed(tree, calls, CONFIG)

    def codes(self):
        return self.aws("print(json.dumps({f['FunctionName']: f['CodeSha256'] for f in la.list_functions()['Functions']}))")

    def keys(self):
        return self.aws(f"print(json.dumps([o['Key'] for o in s3.list_objects_v2(Bucket='{BUCKET}').get('Contents', [])]))")

    def object(self, key):
        return self.aws(f"print(json.dumps(s3.get_object(Bucket='{BUCKET}', Key='{key}')['Body'].read().decode()))")

    def states(self, environment="stage", prefix="app"):
        return [json.loads(self.object(key)) for key in self.keys() if key.startswith(f"{prefix}/state/{environment}/")]

    def zip_of(self, tree):
        data = (tree.work("app/zip-hook") / "layout/hook.zip").read_bytes()
        return hashlib.sha256(data).hexdigest(), base64.b64encode(hashlib.sha256(data).digest()).decode()

    # ---- what is done ----

    def test_a_commit_is_published_by_digest_deployed_and_read_back_and_a_tag_promotes_the_same_zip(self):
        tree = self.made()
        commit = tree.git("rev-parse", "HEAD")
        before = self.codes()
        tree.run("deploy-stage")
        digest, code = self.zip_of(tree)
        after = self.codes()
        self.assertEqual((after["app-stage-hook"], after["app-stage-refunds"]), (code, code))
        self.assertEqual(after["app-prod-hook"], before["app-prod-hook"])
        self.assertEqual(self.keys(), [f"app/{commit}.json", f"app/hook/{digest}.zip", f"app/hook/tags/{commit[:7]}",
                                       f"app/marks/{commit}.history.json", "app/state/stage/0000000001.json", "app/state/stage/0000000002.json"])
        puts = [headers for method, path, headers in self.relay.seen if method == "PUT" and "/functions/" not in path]
        self.assertEqual({headers.get("If-None-Match", headers.get("if-none-match")) for headers in puts}, {"*"})
        tree.tag("v1.0.0")
        tree.run("deploy-prod")
        after = self.codes()
        self.assertEqual((after["app-prod-hook"], after["app-prod-refunds"]), (code, code))
        self.assertEqual(self.states("prod")[-1]["record"]["tag"], "v1.0.0")
        self.assertEqual(self.object("app/hook/tags/v1.0.0"), f"sha256:{digest}\n")

    def test_another_machine_builds_nothing_and_deploys_the_same(self):
        tree = self.made()
        tree.run("publish")
        digest, code = self.zip_of(tree)
        other = harness.Tree(self.folder / "other")
        self.trees.append(other)
        other.env.update({name: tree.env[name] for name in (*LOGIN, "AWS_ENDPOINT_URL", "NO_PROXY")})
        tree.call(["git", "clone", "--quiet", tree.remote, other.source])
        other.git("remote", "add", "upstream", str(tree.remote), check=False)
        other.configure()
        other.run("deploy-stage")
        self.assertEqual(self.codes()["app-stage-hook"], code)
        self.assertFalse((other.build / ".cicd/work/app/build").exists())

    def test_what_ran_before_is_put_back_and_a_yank_goes_nowhere(self):
        tree = self.made()
        tree.run("deploy-stage")
        _, first = self.zip_of(tree)
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        _, second = self.zip_of(tree)
        self.assertEqual(self.codes()["app-stage-hook"], second)
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertEqual(self.codes()["app-stage-refunds"], first)
        self.assertEqual(self.states()[-1]["record"]["outcome"], "rolled-back")
        self.assertIn("bad", json.dumps(self.states()[-1]["state"]["hold"]))
        tree.cicd("hold", "release", "app", "stage")
        tree.cicd("yank", "app", "HEAD", "--reason", "it loses orders")
        self.assertIn("it loses orders", tree.run("deploy-stage", status=5).stderr)
        self.assertEqual(self.codes()["app-stage-hook"], first)
        self.assertIn("yanked", tree.cicd("artifacts", "app").stdout)

    def test_the_state_lies_where_STATE_says_and_is_seen_by_status_and_reconcile(self):
        tree = self.made(calls=DECLARED.replace("CODE_ONLY)", f"CODE_ONLY STATE s3://{BUCKET}/fleet)"))
        tree.run("publish")
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(one["environment"], one["outcome"]) for one in done["deployed"]], [("stage", "deployed")])
        self.assertEqual([each["record"]["outcome"] for each in self.states(prefix="fleet/app")], ["deploying", "deployed"])
        again = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual(again["deployed"], [])
        self.assertIn(tree.git("rev-parse", "HEAD"), tree.cicd("status", "--json").stdout)

    def test_twenty_that_write_the_state_at_once_lose_nothing(self):
        tree = self.made()
        tree.run("deploy-stage")
        writers = [tree.start(tree.launcher, "hold", "set", "app", "stage", "--reason", f"reason {each}") for each in range(20)]
        ended = [each.wait(120) for each in writers]
        self.assertTrue(set(ended) <= {0, 3}, ended)
        states = self.states()
        self.assertEqual([each["generation"] for each in states], list(range(1, len(states) + 1)))
        self.assertEqual(len(states), 2 + ended.count(0))

    def test_the_program_serverless_gets_the_config_of_the_artifact_and_the_zip_beside_it(self):
        tree = self.made(calls=DECLARED.replace(" CODE_ONLY", "") + "pipeline_secret(app token PASS_ENV TEAM_TOKEN)\npipeline_secret(app login PASS_ENV AWS_SECRET_ACCESS_KEY)\n")
        tree.env["TEAM_TOKEN"] = "hidden"
        stands_in = self.stand_in(tree, SERVERLESS.replace("PYTHON", str(VENV / "bin/python")).replace("FOLDER", str(self.folder)))
        tree.run("deploy-stage")
        digest, code = self.zip_of(tree)
        said = json.loads((self.folder / "said.json").read_text())
        self.assertEqual(said["words"], ["deploy", "--stage", "stage", "--region", "us-east-1", "--config", "serverless.yml"])
        self.assertEqual(said["config"], CONFIG.replace("  hook:\n", f"  hook:\n    package: {{ individually: true, artifact: hook-{digest[:12]}.zip }}\n")
                         .replace("  refunds:\n", f"  refunds:\n    package: {{ individually: true, artifact: hook-{digest[:12]}.zip }}\n"))
        self.assertEqual(said["files"], [f"hook-{digest[:12]}.zip", "serverless.yml"])
        self.assertEqual(Path(said["folder"]), tree.build / ".cicd/serverless/app/stage" / self.states()[-1]["record"]["id"])
        self.assertFalse(Path(said["folder"]).exists())
        # It runs plugins that CONFIG names: a team's secrets are not theirs, its login is the program's.
        self.assertNotIn("TEAM_TOKEN", said["variables"])
        self.assertEqual(said["variables"]["AWS_SECRET_ACCESS_KEY"], LOGIN["AWS_SECRET_ACCESS_KEY"])
        self.assertEqual(self.codes()["app-stage-hook"], code)
        # What it does not say and AWS has is read back: a program that deploys nothing is no success.
        functions.next_commit(tree, 2)
        stands_in.write_text("#!/bin/sh\nexit 0\n")
        self.assertIn("the function has other code than was deployed", tree.run("deploy-stage", status=6).stderr)
        stands_in.write_text("#!/bin/sh\necho the stack is locked >&2\nexit 7\n")
        failed = tree.run("deploy-stage", status=6).stderr
        self.assertIn("serverless did not deploy: exit status 7", failed)
        self.assertIn("the stack is locked", failed)
        self.assertEqual(self.states()[-1]["record"]["outcome"], "failed")
        stands_in.unlink()
        self.assertIn("the program that deploys CONFIG is not there", tree.run("deploy-stage", status=2).stderr)

    def test_with_PACKAGE_whole_one_package_is_made_and_says_what_it_carries_over(self):
        tree = self.made(calls=DECLARED.replace("CODE_ONLY", "PACKAGE whole"))
        self.stand_in(tree, WHOLE.replace("PYTHON", str(VENV / "bin/python")).replace("FOLDER", str(self.folder)))
        tree.run("app.publish")
        tree.tag("v1.0.0")
        self.assertIn("! it is made with the deploy to stage", tree.cicd("promote", "app", "prod", "--plan", status=None).all
                      + tree.run("plan-prod", status=None).all)
        tree.run("deploy-stage")
        said = lambda: (self.folder / "log").read_text().splitlines()
        self.assertEqual(said(), ["package stage", "deploy stage"])
        packages = [each for each in self.keys() if each.startswith("app/packages/stage/")]
        self.assertEqual(len(packages), 1)
        planned = tree.run("plan-prod").all
        for line in ("! PACKAGE whole deploys the package of stage", "! carried over: AWS::IAM::Role Role: RoleName stage",
                     "! carried over: AWS::Lambda::Function hook: FunctionName app-stage-hook, Environment.Variables.STAGE stage"):
            self.assertIn(line, planned)
        self.assertNotIn("onstage", planned)
        before = self.codes()
        done = tree.run("deploy-prod").all
        self.assertIn("carried over: AWS::Lambda::Function hook: FunctionName app-stage-hook", done)
        self.assertEqual(said()[2:], ["deploy prod"], "nothing is packaged again")
        self.assertEqual(self.codes(), before, "its functions are those of the first stage")
        self.assertEqual(self.codes()["app-stage-hook"], self.zip_of(tree)[1])
        # Another commit is another package; the first is put back from what was kept.
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertEqual(said()[3:], ["package stage", "deploy stage", "deploy stage"])
        self.assertEqual(self.codes(), before)
        # One that was deleted is not made for another stage.
        tree.cicd("hold", "release", "app", "stage")
        functions.next_commit(tree, 3)
        tree.run("deploy-stage")
        for each in [each for each in self.keys() if each.startswith("app/packages/")]:
            self.aws(f"s3.delete_object(Bucket='{BUCKET}', Key='{each}')")
        tree.tag("v2.0.0")
        self.assertIn("the package of the first stage is not there", tree.run("deploy-prod", status=6).all)

    # ---- what goes wrong ----

    def test_files_are_kept_in_the_bucket_by_their_digest_and_fetched_again(self):
        world = self.folder / "world"
        world.mkdir()
        tree = self.made(f"""
add_pipeline(app)
pipeline_step(app build SHELL "mkdir dist && cp handler.py dist/ && printf run > dist/run && chmod 755 dist/run" INPUTS handler.py OUTPUTS dist/ STAGE build)
pipeline_files(app packages AFTER build FILES dist/* BUCKET team-artifacts)
pipeline_environment(app stage ON branch main VIA command STATE s3://team-artifacts APPLY ./apply.sh READ ./read.sh)
pipeline_environment(app prod ON tag v* FROM stage VIA command STATE s3://team-artifacts APPLY ./apply.sh READ ./read.sh)
""")
        tree.env["WORLD"] = str(world)
        tree.write("apply.sh", "#!/bin/sh\nset -e\nrm -rf $WORLD/$CICD_ENVIRONMENT\ncp -r $CICD_FILES/packages $WORLD/$CICD_ENVIRONMENT\necho $CICD_VERSION > $WORLD/$CICD_ENVIRONMENT.is\n", 0o755)
        tree.write("read.sh", '#!/bin/sh\n[ ! -f "$WORLD/$CICD_ENVIRONMENT.is" ] && echo \'{"schema": 1, "version": null}\' && exit\nprintf \'{"schema": 1, "version": "%s"}\' "$(cat $WORLD/$CICD_ENVIRONMENT.is)"\n', 0o755)
        commit = tree.commit("programs")
        tree.run("deploy-stage")
        digest = json.loads((tree.work("app/files-packages") / "layout/index.json").read_text())["manifests"][0]["digest"].removeprefix("sha256:")
        keys = self.keys()
        for each in (f"app/packages/{digest}.json", f"app/packages/tags/{commit[:7]}", f"app/{commit}.json"):
            self.assertIn(each, keys)
        self.assertEqual(len([each for each in keys if each.startswith(f"app/packages/{digest}/")]), 3, "two files and the config")
        self.assertEqual(json.loads(self.object(f"app/{commit}.json"))["documents"][0]["content"]["images"],
                         {"packages": {"repository": "files:s3://team-artifacts/app/packages", "manifest": f"sha256:{digest}"}})
        tree.tag("v1.0.0")
        tree.run("deploy-prod")
        self.assertIn("return 1", (world / "prod/handler.py").read_text())
        self.assertTrue((world / "prod/run").stat().st_mode & 0o100)
        part = next(each for each in keys if each.startswith(f"app/packages/{digest}/"))
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        self.aws(f"s3.put_object(Bucket='{BUCKET}', Key='{part}', Body=b'another')")
        tree.cicd("rollback", "app", "stage", "--reason", "bad", status=4)
        self.assertIn("return 2", (world / "stage/handler.py").read_text())

    def test_a_bucket_without_versioning_rights_or_being_there_is_named_and_nothing_moves(self):
        tree = self.made(versioning=False)
        refused = tree.run("publish", status=2).stderr
        self.assertIn(f"the bucket has no versioning: 's3://{BUCKET}'", refused)
        self.assertIn("put-bucket-versioning", harness.note_in(refused, "try"))
        self.assertEqual(self.keys(), [])
        self.relay.faults.append(lambda method, path: (403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"))
        refused = tree.run("publish", status=6).stderr
        self.assertIn("s3:", harness.note_in(refused, "allowed"))
        self.assertIn("403 AccessDenied: no", refused)
        self.relay.faults.clear()
        self.aws(f"s3.delete_bucket(Bucket='{BUCKET}')")
        self.assertIn("the bucket is not there", tree.run("publish", status=6).stderr)

    def test_without_a_login_it_says_what_is_missing(self):
        tree = self.made()
        for name in LOGIN:
            tree.env.pop(name)
        tree.env["PATH"] = "/usr/bin:/bin"
        self.assertIn("there are no credentials for AWS", tree.run("publish", status=2).stderr)

    def test_a_function_that_is_not_there_moves_nothing(self):
        tree = self.made(functions=("app-stage-hook",))
        before = self.codes()
        refused = tree.run("deploy-stage", status=6).stderr
        self.assertIn("there is no such function in us-east-1: 'app-stage-refunds'", refused)
        self.assertEqual(self.codes(), before)
        self.assertEqual(self.states()[-1]["record"]["outcome"], "failed")

    def test_a_zip_that_is_missing_is_named_and_moves_nothing(self):
        tree = self.made()
        tree.run("publish")
        digest, _ = self.zip_of(tree)
        before = self.codes()
        self.aws(f"s3.delete_object(Bucket='{BUCKET}', Key='app/hook/{digest}.zip')")
        tree.tag("v1.0.0")
        self.assertIn("the artifact is not whole", tree.run("deploy-prod", status=6).stderr)
        self.assertEqual(self.codes(), before)

    def test_code_that_is_another_afterwards_is_a_failure_and_the_next_deploy_mends_it(self):
        tree = self.made()
        self.relay.faults.append(lambda method, path: (200, b"{}", "application/json") if method == "PUT" and "/functions/" in path else None)
        refused = tree.run("deploy-stage", status=6).stderr
        self.assertIn("the function has other code than was deployed: 'app-stage-hook'", refused)
        self.assertEqual(self.states()[-1]["record"]["outcome"], "failed")
        self.relay.faults.clear()
        tree.run("deploy-stage")
        self.assertEqual(self.codes()["app-stage-refunds"], self.zip_of(tree)[1])

    def test_each_request_may_fail_once(self):
        tree = self.made()
        failed = set()

        def once(method, path):
            key = (method, path.split("?")[0])
            if key in failed:
                return None
            failed.add(key)
            return 503, b"<Error><Code>SlowDown</Code></Error>"
        self.relay.faults.append(once)
        tree.run("deploy-stage")
        self.assertEqual(self.codes()["app-stage-hook"], self.zip_of(tree)[1])
        self.assertEqual([each["record"]["outcome"] for each in self.states()], ["deploying", "deployed"])

    def test_a_run_that_is_interrupted_says_that_it_failed_and_the_next_goes_on(self):
        tree = self.made()
        self.relay.faults.append(lambda method, path: time.sleep(3) or (500, b"") if method == "PUT" and "/functions/" in path else None)
        process = tree.start(tree.launcher, "run", "deploy-stage")
        harness.until(lambda: any(method == "PUT" and "/functions/" in path for method, path, _ in self.relay.seen), 60)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.relay.faults.clear()
        self.assertEqual([each["record"]["outcome"] for each in self.states()], ["deploying", "interrupted"])
        tree.run("deploy-stage")
        self.assertEqual(self.codes()["app-stage-refunds"], self.zip_of(tree)[1])

    def test_a_run_that_died_is_taken_over_here_and_waited_for_elsewhere(self):
        tree = self.made()
        self.relay.faults.append(lambda method, path: time.sleep(5) or (500, b"") if method == "PUT" and "/functions/" in path else None)
        process = tree.start(tree.launcher, "run", "deploy-stage")
        harness.until(lambda: any(method == "PUT" and "/functions/" in path for method, path, _ in self.relay.seen), 60)
        process.kill()
        process.wait()
        self.relay.faults.clear()
        here, tree.env["CICD_STATE_DIR"] = tree.env.get("CICD_STATE_DIR"), str(self.folder / "state-elsewhere")
        refused = tree.run("deploy-stage", status=3).stderr
        self.assertIn("another run deploys here", refused)
        self.assertIn("taken for dead from", harness.note_in(refused, "try"))
        if here is None:
            del tree.env["CICD_STATE_DIR"]
        else:
            tree.env["CICD_STATE_DIR"] = here
        tree.run("deploy-stage")
        self.assertEqual(self.codes()["app-stage-refunds"], self.zip_of(tree)[1])


if __name__ == "__main__":
    unittest.main()
