"""Services in repositories of their own and the tree from which they go: what the suites of what is built elsewhere have in common."""

import json
import subprocess

import harness
import jenkins

SERVICE = """
add_pipeline({name} IMAGE {registry}/services/{name})
pipeline_step({name} build SHELL "cat in.txt > out.txt" INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image({name} BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service({name} api PORT 8080 REPLICAS {replicas})
pipeline_environment({name} dev ON branch main VIA render)
"""
FLEET = """
add_pipeline({name} ARTIFACTS {registry}/services/{name} CODE {code})
pipeline_environment({name} stage ON branch main VIA gitops REPOSITORY {repository} PATH stage/{name} HEALTH committed {stage})
pipeline_environment({name} prod ON tag v* VIA gitops REPOSITORY {repository} PATH prod/{name} FROM stage {prod})
"""


class Case(harness.Case):
    def made(self, *names, stage="", prod="", more=""):
        """Services that have published a commit each, and the tree from which they go."""
        self.address, _ = self.registry()
        self.repository = self.folder / "manifests.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        self.services = {name: self.service(name) for name in names or ("billing",)}
        fleet = self.tree(name="fleet")
        self.named(fleet)
        self.trust(fleet, self.address)
        self.places = "".join(self.call_of(name, stage, prod) for name in self.services) + more
        fleet.declare(self.places)
        fleet.commit("the fleet")
        fleet.configure()
        return fleet

    def call_of(self, name, stage="", prod=""):
        return FLEET.format(name=name, registry=self.address, code=self.services[name].remote, repository=self.repository, stage=stage, prod=prod)

    def named(self, tree):
        for who in ("AUTHOR", "COMMITTER"):
            tree.env.update({f"GIT_{who}_NAME": "Jane Doe", f"GIT_{who}_EMAIL": "jane@example.com"})

    def service(self, name):
        tree = self.tree(name=name)
        self.named(tree)
        self.trust(tree, self.address)
        tree.write("in.txt", "one")
        tree.declare(SERVICE.format(name=name, registry=self.address, replicas=2))
        tree.commit("the first")
        tree.configure()
        tree.run("publish")
        return tree

    def next(self, name, text, replicas=2, publish=True):
        tree = self.services[name]
        tree.write("in.txt", text)
        tree.declare(SERVICE.format(name=name, registry=self.address, replicas=replicas))
        commit = tree.commit(text)
        tree.configure()
        if publish:
            tree.run("publish")
        return commit

    def tag(self, name, tag, commit="HEAD"):
        self.services[name].tag(tag, commit)

    def head(self, name="billing"):
        return self.services[name].git("rev-parse", "HEAD")

    def declare(self, fleet, calls, message="another declaration"):
        fleet.declare(calls)
        fleet.commit(message)
        fleet.configure()

    def pass_of(self, fleet, *words, status=0, **how):
        return json.loads(fleet.cicd("reconcile", "--json", *words, status=status, **how).stdout)

    def actions(self, fleet, *words, **how):
        return {f"{one['pipeline']}/{one['environment']}": one for one in self.pass_of(fleet, "--plan", *words, **how)["targets"]}

    def deployed(self, done):
        return sorted((f"{one['pipeline']}/{one['environment']}", one["outcome"]) for one in done["deployed"])

    def runs(self, environment, pipeline="billing"):
        return json.loads(self.trees[0].manifests("show", f"main:.cicd/records/{environment}/{pipeline}.json", repository=self.repository))

    def manifest(self, environment, pipeline="billing"):
        return self.trees[0].manifests("show", f"main:{environment}/{pipeline}/{pipeline}-api.deployment.yaml", repository=self.repository)

    def ci(self, fleet, **more):
        """A job of GitHub Actions of the fleet's own repository."""
        return {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "team/fleet", "GITHUB_REF": "refs/heads/main",
                "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch", "GITHUB_SERVER_URL": "https://git.example.invalid",
                "GITHUB_SHA": fleet.git("rev-parse", "HEAD"), **more}

    def server(self):
        server = jenkins.Server()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server
