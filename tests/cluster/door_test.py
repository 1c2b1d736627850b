"""The door to the API server: logins, calls, watches, and what is left of it, by cluster_tool."""

import base64
import concurrent.futures
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import harness

TOOL = os.environ.get("CICD_CLUSTER_TOOL", "")


def config_map(name, value="1", **more):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **more}, "data": {"value": value}}


def processes_naming(word):
    """The processes with `word` in one of the words that they were started with."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in entry.read_bytes():
                found.append(entry.parent.name)
        except OSError:
            pass
    return found


class Door(harness.Case):
    def setUp(self):
        super().setUp()
        self.assertTrue(TOOL, "CICD_CLUSTER_TOOL names no program")

    def words(self, *words):
        return [TOOL, "--folder", str(self.folder / "private"), *map(str, words)]

    def ask(self, *words, status=0, env=None):
        """What cluster_tool printed; of a failure what it complained of."""
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def file(self, content, name="given.json"):
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path

    def config(self):
        return json.loads(self.kubectl("config", "view", "--raw", "--minify", "--flatten", "--output=json"))

    def kubeconfig(self, change):
        """A kubeconfig like ours, changed."""
        config = self.config()
        change(config)
        return {"KUBECONFIG": str(self.file(config, "kubeconfig"))}

    def login_as(self, user):
        return self.kubeconfig(lambda config: config["users"][0].update(user=user))

    def token_of(self, name):
        self.kubectl("create", "serviceaccount", name)
        return self.kubectl("create", "token", name).strip()

    # ---- what it gives ----

    def test_objects_are_applied_read_listed_and_removed(self):
        objects = [config_map(f"c{number}", namespace=self.namespace) for number in range(50)]
        applied = [json.loads(line) for line in self.ask("apply", self.file(objects)).splitlines()]
        self.assertEqual([one["metadata"]["name"] for one in applied], [one["metadata"]["name"] for one in objects])
        self.assertEqual(applied[0]["metadata"]["managedFields"][0]["manager"], "cicd")
        read = json.loads(self.ask("get", "ConfigMap", self.namespace, "c7"))
        self.assertEqual(read["data"], {"value": "1"})
        listed = json.loads(self.ask("list", "ConfigMap", self.namespace))["items"]
        self.assertEqual(len([one for one in listed if one["metadata"]["name"].startswith("c")]), 50)
        self.ask("remove", "ConfigMap", self.namespace, "c7")
        self.assertIn("it does not exist", self.ask("get", "ConfigMap", self.namespace, "c7", status=6))

    def test_a_dry_run_changes_nothing(self):
        self.ask("apply", self.file(config_map("dry", namespace=self.namespace)), env={"DRY": "1"})
        self.assertIn("it does not exist", self.ask("get", "ConfigMap", self.namespace, "dry", status=6))

    def test_a_watch_sees_what_is_there_and_what_comes(self):
        self.kubectl("create", "configmap", "first")
        watch = subprocess.Popen(self.words("watch", "ConfigMap", self.namespace, 5), stdout=subprocess.PIPE, text=True)
        lines = []
        for line in watch.stdout:
            lines.append(line.strip())
            if line.startswith("SYNCED"):
                self.kubectl("create", "configmap", "second")
                self.kubectl("delete", "configmap", "first")
        self.assertEqual(watch.wait(), 0)
        watch.stdout.close()
        self.assertIn("ADDED first", lines[:2])
        self.assertEqual(lines[2:], ["SYNCED", "ADDED second", "DELETED first"])

    def test_only_what_is_needed_passes(self):
        pods = f"/api/v1/namespaces/{self.namespace}/pods"
        for path in [f"{pods}/x/exec?command=id", f"{pods}/x/attach", f"{pods}/x/portforward", f"{pods}/x/proxy/", "/metrics",
                     f"/api/v1/namespaces/{self.namespace}/services/x/proxy/", f"{pods}/x%2Fexec", "/openapi/v2",
                     f"/api/v1/namespaces/{self.namespace}/serviceaccounts/default/token"]:
            self.assertIn("Forbidden", self.ask("call", "GET", path, status=6), path)
        self.assertIn("Forbidden", self.ask("call", "OPTIONS", pods, status=6))
        self.assertIn("gitVersion", self.ask("call", "GET", "/version"))

    # ---- what it refuses ----

    def test_a_foreign_field_is_named_with_its_manager(self):
        self.kubectl("apply", "--server-side", "--field-manager=helm", "--filename=-", given=json.dumps(config_map("shared", "theirs")))
        ours = self.file(config_map("shared", "ours", namespace=self.namespace))
        said = self.ask("apply", ours, status=3)
        self.assertIn("another manager owns fields that this deploy sets", said)
        self.assertIn("owned by helm: data.value", said)
        self.assertIn("TAKE_OVER helm", said)
        self.ask("apply", ours, env={"FORCE": "1"})

    def test_a_missing_namespace_and_an_unknown_field_are_usage(self):
        self.assertIn("the namespace does not exist: 'nowhere'", self.ask("apply", self.file(config_map("c", namespace="nowhere")), status=2))
        begun = time.monotonic()
        wrong = {**config_map("c", namespace=self.namespace), "datum": {}}
        self.assertIn("the cluster does not know a field of it: 'datum'", self.ask("apply", self.file(wrong), status=2))
        self.assertLess(time.monotonic() - begun, 5, "it was tried again, which cannot help")

    def test_missing_rights_are_named(self):
        poor = self.login_as({"token": self.token_of("poor")})
        said = self.ask("apply", self.file(config_map("c", namespace=self.namespace)), status=6, env=poor)
        self.assertIn(f"no right to patch configmaps in namespace {self.namespace}", said)
        self.assertIn(f"logged in as: system:serviceaccount:{self.namespace}:poor", said)
        self.assertIn('in a Role: apiGroups [""], resources ["configmaps"], verbs ["patch"]', said)
        self.assertIn("no right to list nodes in all of the cluster", self.ask("list", "Node", "", status=6, env=poor))

    # ---- what keeps it shut ----

    def test_a_context_that_is_not_there_is_usage(self):
        here = self.kubectl("config", "current-context").strip()
        said = self.ask("--context", here + "x", "open", status=2)
        self.assertIn(f"the kubeconfig has no such context: '{here}x'", said)
        self.assertIn(f"there are:    {here}", said)
        self.assertIn(f"did you mean: {here}", said)

    def test_no_kubeconfig_and_no_kubectl_are_usage(self):
        self.assertIn("there is no kubeconfig", self.ask("open", status=2, env={"KUBECONFIG": str(self.folder / "none")}))
        (self.folder / "empty").mkdir()
        self.assertIn("the program kubectl is missing", self.ask("open", status=2, env={"PATH": str(self.folder / "empty")}))

    def test_a_login_that_is_refused_expired_or_failing_is_told_apart(self):
        self.assertIn("the login expired or was refused", self.ask("open", status=6, env=self.login_as({"token": "old"})))
        plugin = {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
        failing = {**plugin, "command": "sh", "args": ["-c", "echo your session has expired >&2; exit 1"]}
        said = self.ask("open", status=6, env=self.login_as({"exec": failing}))
        self.assertRegex(said, "the login failed or expired\n  server: .*\n  login:  your session has expired\n")
        missing = {**plugin, "command": "kubelogin-that-is-not-there", "installHint": "get it there"}
        said = self.ask("open", status=2, env=self.login_as({"exec": missing}))
        self.assertIn("the login plugin of the kubeconfig is not installed: 'kubelogin-that-is-not-there'", said)
        self.assertIn("get it there", said)

    def test_a_login_that_takes_its_time_is_waited_for_and_its_words_are_shown_on_a_terminal(self):
        credential = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": self.token_of("slow")}}
        words = f"echo 'open https://login.example.com and enter ABCD' >&2; sleep 12; cat {self.file(credential, 'credential')}"
        plugin = {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never", "command": "sh", "args": ["-c", words]}
        env = {**os.environ, **self.login_as({"exec": plugin})}
        drawn, status = harness.run.on_terminal(self.words("open"), env, self.folder, seconds=60)
        self.assertEqual(status, 0, drawn)
        self.assertIn("open https://login.example.com and enter ABCD", drawn)
        self.assertIn(" 1.", self.ask("open", env=self.login_as({"exec": plugin})), "without a terminal, too")

    def test_a_plugin_of_an_old_interface_and_a_user_without_credentials_are_told(self):
        old = {"apiVersion": "client.authentication.k8s.io/v1alpha1", "interactiveMode": "Never", "command": "sh"}
        said = self.ask("open", status=2, env=self.login_as({"exec": old}))
        self.assertIn("a version of the plugin's interface that kubectl no longer has: 'client.authentication.k8s.io/v1alpha1'", said)
        self.assertIn("aws eks update-kubeconfig", said)
        def without(config):
            config["users"] = []
            config["contexts"][0]["context"].pop("user")
        for env in (self.login_as({}), self.kubeconfig(without)):
            said = self.ask("open", status=2, env=env)
            self.assertIn("the user of this context has no credentials", said)
            self.assertIn("try: ", said)

    def test_a_server_that_does_not_answer_is_told_from_one_that_is_none(self):
        def at(server):
            def change(config):
                config["clusters"][0]["cluster"] = {"server": server}
            return self.kubeconfig(change)
        self.assertIn("the cluster does not answer: connection refused", self.ask("open", status=6, env=at("https://127.0.0.1:1")))
        self.assertIn("the cluster's name is not known to DNS", self.ask("open", status=6, env=at("https://nothing.invalid")))
        server = self.config()["clusters"][0]["cluster"]["server"]
        self.assertIn("the cluster's certificate is not trusted", self.ask("open", status=6, env=at(server)))

    # ---- EKS ----

    def aws(self, describe, token="none"):
        """A folder with an `aws` that answers like the real one and writes down what it was asked."""
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        credential = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "spec": {}, "status": {"token": token}}
        (tools / "token.json").write_text(json.dumps(credential))
        (tools / "aws").write_text(f'#!/bin/sh\necho "$@" >>{tools}/asked\ncase $2 in\nget-token) cat {tools}/token.json ;;\n'
                                   f'describe-cluster) {describe} ;;\nesac\n')
        (tools / "aws").chmod(0o755)
        return {"PATH": f"{tools}:{os.environ['PATH']}", "KUBECONFIG": str(self.folder / "none")}

    def test_eks_logs_in_by_aws(self):
        cluster = self.config()["clusters"][0]["cluster"]
        described = {"cluster": {"name": "orders", "endpoint": cluster["server"],
                                 "certificateAuthority": {"data": cluster["certificate-authority-data"]}}}
        base64.b64decode(described["cluster"]["certificateAuthority"]["data"])
        env = self.aws(f"cat {self.file(described, 'described.json')}", self.token_of("deployer"))
        said = self.ask("--eks", "eu-central-1/orders", "--role", "arn:aws:iam::1:role/deployer", "open", env=env)
        self.assertTrue(said.startswith("eu-central-1/orders 1."), said)
        asked = (self.folder / "tools/asked").read_text().splitlines()
        self.assertEqual(asked[0], "eks describe-cluster --region eu-central-1 --name orders --output json")
        self.assertEqual(asked[1], "eks get-token --region eu-central-1 --cluster-name orders --output json "
                                   "--role-arn arn:aws:iam::1:role/deployer")

    def test_eks_failures_have_words_of_their_own(self):
        missing = self.aws("echo 'An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found' >&2; exit 254")
        self.assertIn("there is no such EKS cluster", self.ask("--eks", "eu-central-1/x", "open", status=2, env=missing))
        expired = self.aws("echo 'An error occurred (ExpiredTokenException): The security token is expired' >&2; exit 254")
        self.assertIn("the login to AWS expired or is missing", self.ask("--eks", "eu-central-1/x", "open", status=6, env=expired))
        self.assertIn("no EKS cluster: 'orders'", self.ask("--eks", "orders", "open", status=2, env=expired))

    # ---- what is left of it ----

    def test_doors_do_not_get_in_each_others_way(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for said in pool.map(lambda _: self.ask("open"), range(6)):
                self.assertIn(" 1.", said)
        self.assertEqual(list((self.folder / "private").iterdir()), [])
        self.assertEqual(processes_naming(str(self.folder)), [])

    def test_a_folder_with_a_long_name_does(self):
        long = self.folder / ("x" * 120)
        self.assertIn(" 1.", subprocess.check_output([TOOL, "--folder", str(long), "open"], text=True, stderr=subprocess.DEVNULL))

    def test_the_folder_is_private_while_it_is_open(self):
        with subprocess.Popen(self.words("hold"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
            self.assertEqual(held.stdout.readline(), b"held\n")
            private = self.folder / "private"
            (inner,) = private.iterdir()
            self.assertEqual([one.stat().st_mode & 0o777 for one in (private, inner)], [0o700, 0o700])
            self.assertEqual((inner / "api").stat().st_mode & 0o077, 0)

    def test_nothing_runs_on_when_it_is_killed(self):
        with subprocess.Popen(self.words("hold"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
            self.assertEqual(held.stdout.readline(), b"held\n")
            self.assertGreater(len(processes_naming(str(self.folder / "private"))), 1)
            held.send_signal(signal.SIGKILL)
        end = time.monotonic() + 5
        while processes_naming(str(self.folder / "private")) and time.monotonic() < end:
            os.sched_yield()
        self.assertEqual(processes_naming(str(self.folder / "private")), [])


if __name__ == "__main__":
    harness.main()
