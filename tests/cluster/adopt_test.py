"""Coming over from helm and kubectl apply: the declaration that `cicd adopt` writes, and the first deploy of it, under load."""

import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402

SELECTOR = {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "shop"}

# How the adopted image is built from now on: what a person fills in.
BUILT = """
pipeline_step({pipeline} build COMMAND cp app.bin app INPUTS app.bin OUTPUTS app STAGE build)
pipeline_image({pipeline} image BASE scratch FILES app=/app ENTRYPOINT /app ENV VERSION={version})
"""


def noted_by_helm(one, namespace, release="shop"):
    """The marks that helm leaves on what it installs."""
    metadata = one["metadata"]
    metadata["labels"] = {**metadata.get("labels", {}), "app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "shop-1.0"}
    metadata["annotations"] = {"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace}
    return one


def web(image):
    """A Deployment as charts have it, with some of what no keyword says."""
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop-web", "labels": dict(SELECTOR)},
            "spec": {"replicas": 3, "minReadySeconds": 1, "selector": {"matchLabels": SELECTOR},
                     "template": {"metadata": {"labels": {**SELECTOR, "tier": "front"}, "annotations": {"example.com/team": "checkout"}},
                                  "spec": {"enableServiceLinks": False, "containers": [
                                      {"name": "web", "image": image, "ports": [{"name": "web", "containerPort": 8080}],
                                       "env": [{"name": "MODE", "value": "a \"quoted\" one; two"},
                                               {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}},
                                               {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "shop-key", "key": "key"}}}],
                                       "envFrom": [{"configMapRef": {"name": "shop-settings"}}],
                                       "readinessProbe": {"httpGet": {"path": "/health", "port": "web"}, "periodSeconds": 1},
                                       "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                                       "securityContext": {"runAsUser": 1000, "allowPrivilegeEscalation": False},
                                       "volumeMounts": [{"name": "settings", "mountPath": "/etc/shop"}]}],
                                      "volumes": [{"name": "settings", "configMap": {"name": "shop-settings"}}]}}}}


def front():
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop-web"},
            "spec": {"selector": SELECTOR, "ports": [{"name": "web", "port": 80, "targetPort": "web"}]}}


def settings():
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop-settings"}, "data": {"LEVEL": "info"}}


def key():
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop-key"}, "stringData": {"key": "hidden-value"}}


def budget():
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "shop-guard"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": SELECTOR}}}


class Coming(harness.Case):
    """What the suites of coming over share."""

    def adopt(self, *words, status=0, out=None):
        """`cicd adopt`, without a build tree of the project that is adopted; gives the declaration, the files and what was said."""
        if not hasattr(self, "tools"):
            self.tools = self.project("add_pipeline(tools)\n", name="tools")
        folder = self.folder / f"adopted-{len(list(self.folder.glob('adopted-*')))}"
        folder.mkdir()
        context = harness.kubectl("config", "current-context").strip()
        done = self.tools.call([self.tools.launcher, "adopt", "--from-cluster", "--context", context, "--namespace", self.namespace,
                                "--out", out or folder / "CMakeLists.txt", *words], cwd=folder)
        self.assertEqual(done.returncode, status, done.all)
        files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
        return files.pop("CMakeLists.txt", ""), files, done

    def adopted_project(self, declaration, files, version="2", pipeline="shop", name="shop"):
        """A project with what was adopted, and with a build of its image in place of the words to fill in."""
        built = BUILT.replace("{pipeline}", pipeline).replace("{version}", "{built}")
        calls, count = re.subn(r"pipeline_image\([^)]*\)\n", lambda _: built.replace("{built}", "@VERSION@"), declaration, count=1)
        self.assertEqual(count, 1, declaration)
        project = harness.Project(self.folder / name)
        self.trees.append(project)
        for path, text in files.items():
            project.write(path, text)
        return project.fill(calls.replace("@VERSION@", version))

    def managers(self, what, **where):
        fields = self.get(what, "--show-managed-fields", **where)["metadata"]["managedFields"]
        return {(one["manager"], one["operation"]) for one in fields if not one.get("subresource")}

    def kubectl_given(self, *words, objects, **how):
        return self.kubectl(*words, "--filename=-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}), **how)

    def wait_for_web(self):
        self.until("deployment/shop-web", harness.is_available)


class FromHelm(Coming):
    def install(self, namespace=None, more=lambda image: []):
        """As helm 3 does it: created by its own manager, with a Secret for the release; hooks bear no mark of the release."""
        namespace = namespace or self.namespace
        image = self.push("shop/web", VERSION="1")
        objects = [noted_by_helm(one, namespace) for one in (settings(), key(), web(image), front(), budget(), *more(image))]
        hook = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "shop-migrate", "annotations": {"helm.sh/hook": "post-install"}},
                "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "migrate", "image": image, "command": ["/app", "job"]}]}}}}
        self.kubectl_given("create", "--field-manager=helm", objects=objects + [hook], namespace=namespace)
        labels = {"owner": "helm", "name": "shop", "status": "deployed", "version": "1"}
        self.kubectl_given("create", objects=[{"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "metadata": {
            "name": "sh.helm.release.v1.shop.v1", "labels": labels}, "stringData": {"release": "x"}}], namespace=namespace)
        self.until("deployment/shop-web", harness.is_available, namespace=namespace)

    def test_the_first_deploy_takes_all_over_and_no_request_fails(self):
        self.install()
        before = self.get("deployment/shop-web")
        declaration, files, said = self.adopt("--release", "shop")
        self.assertIn("TAKE_OVER helm)", declaration)
        for path, text in files.items():
            if path.startswith("k8s/adopted/"):
                self.assertRegex(text, r"\A(?:#.*\n)*apiVersion: .*\nkind: ", path)
        self.assertIn("Secret shop-key is not taken along", said.stdout)
        self.assertNotIn("hidden-value", declaration + said.all + "".join(files.values()))
        shop = self.adopted_project(declaration, files)
        shop.run("shop.publish")

        plan = shop.cicd("plan", "shop.deploy-prod").stdout
        self.assertIn("~ Deployment shop-web, taken over from helm", plan)
        self.assertIn("Helm release shop is detached", plan)
        self.assertIn("they stay, and are no longer managed: Secret shop-key", plan)
        changed = [line.strip() for line in plan.splitlines() if re.match(r"\s+[~+-] (?!.*metadata\.(labels|annotations))\S+\.", line)]
        for line in changed:
            self.assertRegex(line, r"image|strategy|lifecycle|volume|managedFields|automountService", plan)

        with self.load("shop-web") as load:
            shop.run("shop.deploy-prod", timeout=240)
            load.wait(100)
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.versions), {"1", "2"})

        after = self.get("deployment/shop-web")
        self.assertEqual(after["metadata"]["uid"], before["metadata"]["uid"], "it is the same Deployment")
        self.assertEqual(after["spec"]["selector"], before["spec"]["selector"])
        self.assertEqual(after["spec"]["minReadySeconds"], 1)
        container = after["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(container["securityContext"], before["spec"]["template"]["spec"]["containers"][0]["securityContext"])
        self.assertEqual({one["name"]: one for one in container["env"]},
                         {one["name"]: one for one in before["spec"]["template"]["spec"]["containers"][0]["env"]})
        self.assertNotIn("helm.sh/chart", after["metadata"]["labels"])
        self.assertNotIn("meta.helm.sh/release-name", after["metadata"].get("annotations", {}))
        for what in ("deployment/shop-web", "service/shop-web", "configmap/shop-settings", "pdb/shop-guard"):
            self.assertEqual({one for one in self.managers(what) if one[0] == "helm"}, set(), what)
        self.assertEqual(self.get("secrets", "-l", "owner=helm"), [], "helm knows no release any more")
        self.assertTrue(self.exists("secret/sh.helm.release.v1.shop.v1"), "and the way back is kept")
        self.assertTrue(self.exists("secret/shop-key"))
        self.assertIn("nothing to do", shop.run("shop.deploy-prod").stdout)

    def test_a_range_of_replicas_never_drops_the_service_to_one_pod(self):
        self.install()
        declaration, files, _ = self.adopt("--release", "shop")
        shop = self.adopted_project(declaration.replace("REPLICAS 3", "REPLICAS 2..5"), files)
        with harness.Watch("deployment", namespace=self.namespace) as watch:
            shop.run("shop.deploy-prod", timeout=240)
            self.kubectl("annotate", "deployment", "shop-web", "the-end=here")
            wanted = []
            end = harness.time.monotonic() + 30
            while event := watch.next(end):
                wanted.append(event[1]["spec"]["replicas"])
                if "the-end" in event[1]["metadata"].get("annotations", {}):
                    break
        self.assertEqual(set(wanted), {3})

    def test_the_number_of_pods_stays_with_the_autoscaler_that_has_it(self):
        self.install()
        cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
        scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "shop-web"},
                  "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop-web"}, "minReplicas": 4,
                           "maxReplicas": 5, "metrics": [cpu]}}
        self.kubectl_given("create", "--field-manager=helm", objects=[noted_by_helm(scaler, self.namespace)])
        self.until("deployment/shop-web", lambda one: one["spec"]["replicas"] == 4)
        declaration, files, _ = self.adopt("--release", "shop")
        self.assertIn("REPLICAS 4..5", declaration)
        self.assertNotIn("replicas", "".join(files.values()))
        self.assertIn("TAKE_OVER helm)", declaration)
        shop = self.adopted_project(declaration, files)
        shop.run("shop.deploy-prod", timeout=240)
        self.assertEqual(self.get("deployment/shop-web")["spec"]["replicas"], 4)
        self.kubectl("patch", "hpa/shop-web", "--type=merge", "--patch", '{"spec": {"minReplicas": 5}}')
        self.until("deployment/shop-web", lambda one: one["spec"]["replicas"] == 5)
        self.kubectl("patch", "hpa/shop-web", "--type=merge", "--patch", '{"spec": {"minReplicas": 4}}')
        shop.calls = shop.calls.replace("VERSION=2", "VERSION=3")
        shop.change()
        self.assertNotIn("spec.replicas", shop.cicd("plan", "shop.deploy-prod").stdout)
        shop.run("shop.deploy-prod", timeout=240)
        self.assertEqual(self.get("deployment/shop-web")["spec"]["replicas"], 5)

    def test_two_deployments_of_one_selector_are_taken_over_and_no_request_fails(self):
        def second(image):
            made = web(image)
            made["metadata"]["name"] = "shop-batch"
            made["spec"]["replicas"] = 1
            return [made]
        self.install(more=second)
        before = {name: self.get(f"deployment/{name}")["metadata"]["uid"] for name in ("shop-web", "shop-batch")}
        declaration, files, _ = self.adopt("--release", "shop")
        shop = self.adopted_project(declaration, files)
        with self.load("shop-web") as load:
            shop.run("shop.deploy-prod", timeout=240)
            load.wait(100)
        self.assertEqual(load.failures, [])
        self.assertEqual({name: self.get(f"deployment/{name}")["metadata"]["uid"] for name in before}, before)
        self.assertEqual({one["status"]["readyReplicas"] for one in self.get("deployments")}, {1, 3})
        self.assertTrue(self.exists("job/shop-migrate"), "a hook's Job is nobody's to remove")
        self.assertIn("nothing to do", shop.run("shop.deploy-prod").stdout)

    def test_a_release_in_two_clusters_is_taken_over_in_both(self):
        config = json.loads(self.kubectl("config", "view", "--raw", "--minify", "--flatten", "--output=json"))
        context, spaces = config["contexts"][0]["context"], [self.namespace, self.namespace + "-second"]
        harness.kubectl("create", "namespace", spaces[1])
        self.addCleanup(harness.kubectl, "delete", "namespace", spaces[1], "--wait=false", status=None)
        config["contexts"] = [{"name": name, "context": {**context, "namespace": space}} for name, space in zip(("first", "second"), spaces)]
        config["current-context"] = "first"
        for space in spaces:
            self.install(space)
        declaration, files, _ = self.adopt("--release", "shop")
        declaration = re.sub(r"CONTEXT \S+", "CONTEXT first second", declaration).replace(f"NAMESPACE {self.namespace}", "")
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps(config))
        shop = self.adopted_project(declaration, files)
        shop.env["KUBECONFIG"] = str(path)
        shop.run("shop.deploy-prod", timeout=240)
        for space in spaces:
            self.assertEqual({one for one in self.managers("deployment/shop-web", namespace=space) if one[0] == "helm"}, set(), space)
            self.assertEqual(self.get("secrets", "-l", "owner=helm", namespace=space), [], space)
        self.assertIn("nothing to do", shop.run("shop.deploy-prod").stdout)

    def test_the_number_of_a_port_of_the_nodes_is_kept(self):
        self.install()
        service = {"spec": {"type": "NodePort", "ports": [{"name": "web", "port": 80, "targetPort": "web", "nodePort": 30987}]}}
        self.kubectl("patch", "service", "shop-web", "--type=merge", "--field-manager=helm", "--patch", json.dumps(service))
        declaration, files, _ = self.adopt("--release", "shop")
        self.assertIn("30987", "".join(files.values()))
        shop = self.adopted_project(declaration, files)
        shop.run("shop.deploy-prod", timeout=240)
        self.assertEqual(self.get("service/shop-web")["spec"]["ports"][0]["nodePort"], 30987)
        self.assertIn("nothing to do", shop.run("shop.deploy-prod").stdout)

    def test_without_take_over_the_other_manager_is_named(self):
        self.install()
        declaration, files, _ = self.adopt("--release", "shop")
        shop = self.adopted_project(declaration.replace("TAKE_OVER helm", ""), files)
        refused = shop.run("shop.deploy-prod", status=3)
        self.assertIn("helm", refused.all)
        self.assertIn("TAKE_OVER", refused.all)
        self.assertEqual(len(self.get("secrets", "-l", "owner=helm")), 1)

    def test_a_release_that_is_not_there_is_named_with_those_that_are(self):
        self.install()
        _, files, refused = self.adopt("--release", "shopp", status=2)
        self.assertIn("did you mean: shop", re.sub(r"\s+", " ", refused.all))
        self.assertEqual(files, {})

    def test_nothing_is_written_over(self):
        self.install()
        folder = self.folder / "own"
        folder.mkdir()
        (folder / "CMakeLists.txt").write_text("mine\n")
        _, _, refused = self.adopt("--release", "shop", out=folder / "CMakeLists.txt", status=2)
        self.assertIn("nothing is written over", refused.all)
        self.assertEqual([path.name for path in folder.iterdir()], ["CMakeLists.txt"])


class FromKubectl(Coming):
    def test_what_kubectl_applied_goes_on_without_a_failed_request(self):
        image = self.push("shop/web", VERSION="1")
        labelled = {"labels": {"part": "shop"}}
        objects = [{**one, "metadata": {**one["metadata"], **labelled}} for one in (settings(), key(), web(image), front())]
        self.kubectl_given("apply", objects=objects)
        self.wait_for_web()
        declaration, files, _ = self.adopt("--selector", "part=shop", "--pipeline", "shop")
        self.assertIn("TAKE_OVER kubectl-client-side-apply)", declaration)
        shop = self.adopted_project(declaration, files)
        with self.load("shop-web") as load:
            shop.run("shop.deploy-prod", timeout=240)
            load.wait(100)
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.versions), {"1", "2"})
        after = self.get("deployment/shop-web")
        self.assertNotIn("kubectl.kubernetes.io/last-applied-configuration", after["metadata"].get("annotations", {}))
        self.assertEqual({name for name, _ in self.managers("deployment/shop-web")}, {"cicd"})

    def test_a_cron_job_goes_on_under_its_name_and_stays_suspended(self):
        image = self.push("shop/web", VERSION="1")
        job = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "close-stale"},
               "spec": {"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": {"spec": {
                   "restartPolicy": "OnFailure", "containers": [{"name": "close", "image": image, "command": ["/app", "close"]}]}}}}}}
        self.kubectl_given("apply", objects=[job])
        declaration, files, _ = self.adopt("--pipeline", "shop")
        self.assertIn("NAMED close-stale", declaration)
        shop = self.adopted_project(declaration, files)
        shop.run("shop.deploy-prod")
        after = self.get("cronjob/close-stale")["spec"]
        self.assertEqual((after["schedule"], after["suspend"]), ("0 3 * * *", True))
        self.assertEqual(after["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"], "OnFailure")
        self.assertEqual(len(self.get("cronjobs")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
