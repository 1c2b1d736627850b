"""A small fleet in a manifest repository, and what a pass over it does: what the suites of `cicd reconcile` have in common."""

import json
import subprocess

import harness

PIPELINE = """
add_pipeline({name})
pipeline_release({name} BRANCHES main VERSIONS semantic)
pipeline_step({name} build SHELL "cat in.txt > out.txt; date +%s%N >> out.txt" INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image({name} BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service({name} api PORT 8080)
pipeline_environment({name} stage ON branch main VIA gitops REPOSITORY {repository} PATH stage/{name} HEALTH committed)
pipeline_environment({name} demo ON tag rc-* VIA render PATH demo/{name})
pipeline_environment({name} prod ON tag v* VIA gitops REPOSITORY {repository} PATH prod/{name} FROM stage HEALTH committed {prod})
pipeline_environment({name} eu FROM prod VIA gitops REPOSITORY {repository} PATH eu/{name})
"""


class FleetCase(harness.Case):
    def made(self, names=("app",), prod="", more="", publish=()):
        """A tree whose commit has its artifacts, and is nowhere yet."""
        self.repository = self.folder / "manifests.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare("".join(PIPELINE.format(name=name, repository=self.repository, prod=prod) for name in names) + more)
        tree.env.update(GIT_AUTHOR_NAME="Jane Doe", GIT_AUTHOR_EMAIL="jane@example.com")
        tree.commit("the first")
        tree.set_user()
        tree.configure()
        tree.run(*(f"{name}.publish" for name in publish) if publish else ("publish",))
        return tree

    def next(self, tree, text, publish=True):
        """A newer commit, and its artifact."""
        tree.write("in.txt", text)
        commit = tree.commit(text)
        if publish:
            tree.run("publish")
        return commit

    def pass_of(self, tree, *words, status=0, **how):
        done = json.loads(tree.cicd("reconcile", "--json", *words, status=status, **how).stdout)
        self.assertEqual(done["schema"], 1)
        return done

    def actions(self, tree, *words, **how):
        return {f"{one['pipeline']}/{one['environment']}": one for one in self.pass_of(tree, "--plan", *words, **how)["targets"]}

    def deployed(self, done):
        return [(f"{one['pipeline']}/{one['environment']}", one["outcome"]) for one in done["deployed"]]

    def commits(self):
        return self.trees[0].commits(self.repository)

    def runs(self, environment, pipeline="app"):
        return json.loads(self.trees[0].manifests("show", f"main:.cicd/records/{environment}/{pipeline}.json", repository=self.repository))
