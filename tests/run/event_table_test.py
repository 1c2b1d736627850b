"""What an event does, row by row, by each way of deploying: exit status, message, and what is and is not changed. Fresh clones without
build tree and cache stand for other machines; the build counts itself and is never the same twice."""

import json
import shutil
import subprocess
import time
import unittest

import harness

WAYS = {"gitops": "VIA gitops REPOSITORY {repository} PATH {name}", "render": "VIA render PATH shared/{name}", "embedded": "VIA gitops"}
CALLS = """set(REPLICAS 2 CACHE STRING "")
add_pipeline(app)
pipeline_release(app BRANCHES main release/* VERSIONS semantic)
pipeline_step(app build SHELL "cat in.txt > out.txt; date +%s%N >> out.txt; echo built >> $COUNT" INPUTS in.txt OUTPUTS out.txt PASS_ENV COUNT STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_image(app worker BASE scratch FILES out.txt=/app/worker ENTRYPOINT /app/worker)
pipeline_service(app api PORT 8080 REPLICAS ${REPLICAS} IMAGE image)
pipeline_environment(app stage ON branch main {stage} HEALTH committed)
pipeline_environment(app prod ON tag v* {prod} FROM stage)
"""
GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_REPOSITORY": "us/orders", "GITHUB_ACTOR": "jane"}


class World:
    """A repository, a registry and environments of one way; machines come and go."""

    def __init__(self, case, way):
        self.case, self.way, self.folder = case, way, case.folder / way
        self.folder.mkdir()
        self.repository, self.count, self.machines = self.folder / "manifests.git", self.folder / "count", 0
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        words = WAYS[way]
        self.calls = CALLS.replace("{stage}", words.format(repository=self.repository, name="stage")).replace("{prod}", words.format(repository=self.repository, name="prod"))
        self.first = self.current = self.machine()

    def machine(self):
        """A machine with a fresh clone; the registry is what all have in common. A folder of manifests is its own, with what the first has by now."""
        self.machines += 1
        tree = harness.Tree(self.folder / f"machine{self.machines}")
        self.case.trees.append(tree)
        tree.env["COUNT"] = str(self.count)
        if self.machines == 1:
            tree.write("in.txt", "one")
            tree.declare(self.calls)
            tree.commit("the first")
        else:
            shutil.rmtree(tree.source)
            subprocess.run([harness.tool("git"), "clone", "--quiet", "--origin", "upstream", str(self.first.source), str(tree.source)], check=True)
            tree.git("remote", "set-url", "upstream", str(self.first.remote))
            tree.build.mkdir()
            for shared in ("registry", "manifests.git"):
                if (self.first.build / shared).exists():
                    (tree.build / shared).symlink_to(self.first.build / shared)
            if (self.first.build / "shared").exists():
                shutil.copytree(self.first.build / "shared", tree.build / "shared")
        tree.set_user()
        tree.configure()
        return tree

    def commit(self, name="in.txt", text=None):
        """A new commit on main, by the first machine."""
        self.first.write(name, text or f"content {self.first.git('rev-list', '--count', 'HEAD')}")
        return self.first.commit(f"changes {name}")

    def record_text(self, environment):
        if self.way == "render":
            path = self.current.build / "shared" / environment / ".cicd/record.json"
            return path.read_text() if path.exists() else ""
        where = {"gitops": (self.repository, f".cicd/records/{environment}.json"), "embedded": (self.first.build / "manifests.git", f".cicd/records/{environment}/app.json")}[self.way]
        return self.first.manifests("show", f"main:{where[1]}", repository=where[0])

    def of(self, environment):
        text = self.record_text(environment)
        return json.loads(text) if text else None

    def files(self, environment="prod"):
        """The text of all manifests there."""
        if self.way == "render":
            return "\n".join(path.read_text() for path in sorted((self.current.build / "shared" / environment).glob("*.yaml")))
        repository = self.repository if self.way == "gitops" else self.first.build / "manifests.git"
        return self.first.manifests("grep", "-h", "", "main", "--", f"{environment}/*.yaml", repository=repository)

    def damage_record(self, environment):
        if self.way == "render":
            path = self.current.build / "shared" / environment / ".cicd/record.json"
            path.write_text(path.read_text()[:-20])
            return path.read_text()
        repository = self.repository if self.way == "gitops" else self.first.build / "manifests.git"
        clone, name = self.folder / "damage", f".cicd/records/{environment}{'' if self.way == 'gitops' else '/app'}.json"
        subprocess.run([harness.tool("git"), "clone", "--quiet", str(repository), str(clone)], check=True)
        (clone / name).write_text((clone / name).read_text()[:-20])
        for words in (("add", "--all"), ("commit", "--quiet", "--message", "half"), ("push", "--quiet")):
            subprocess.run([harness.tool("git"), *harness.GIT, "-C", str(clone), *words], check=True, env=self.first.env)
        return (clone / name).read_text()

    def images(self):
        index = json.loads((self.first.build / "registry/app/index.json").read_text())
        return {one["annotations"]["org.opencontainers.image.ref.name"]: one["digest"] for one in index["manifests"]}

    def change_registry(self, repository, keep):
        path = self.first.build / "registry" / repository / "index.json"
        index = json.loads(path.read_text())
        index["manifests"] = [one for one in map(keep, index["manifests"]) if one]
        path.write_text(json.dumps(index))

    def built(self):
        return len(self.count.read_text().split()) if self.count.exists() else 0

    def seen(self):
        """All that an event may change."""
        return self.of("stage"), self.of("prod"), self.images() if (self.first.build / "registry/app").exists() else {}, self.built()

    def fork(self):
        path = self.folder / "event.json"
        path.write_text(json.dumps({"repository": {"full_name": "us/orders"}, "pull_request": {"number": 7, "head": {"repo": {"full_name": "them/orders"}, "ref": "fix"}}}))
        return {**GITHUB, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path), "GITHUB_SHA": self.first.git("rev-parse", "HEAD"),
                "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "fix", "GITHUB_BASE_REF": "main"}


class Row:
    """What is there before, the event, and what is seen of it. `prepare` gives the machine (and words) that the event is run by."""

    def __init__(self, name, prepare, words, status, line, check=None, ways=tuple(WAYS)):
        self.name, self.prepare, self.words, self.status, self.line, self.check, self.ways = name, prepare, words, status, line, check, ways


def staged(world, tag=None):
    """The commit is in stage; gives another machine."""
    world.first.run("--event", "branch=main")
    if tag:
        world.first.git("tag", tag)
    return world.machine()


def released(world, tag="v1.0.0"):
    """And in prod."""
    staged(world, tag)
    world.first.run("--event", f"tag={tag}")


def newer(world, tag):
    """A newer commit in stage and prod."""
    world.commit()
    world.first.run("--event", "branch=main")
    world.first.git("tag", tag)
    world.first.run("--event", f"tag={tag}")


def of_ancestor(world):
    staged(world)
    world.commit("README.md", "words")
    world.first.git("tag", "v1.0.0")
    return world.machine()


def waiting(words):
    """Prod is declared with a rule that lets nothing in yet."""
    def prepare(world):
        world.first.declare(world.calls.replace("FROM stage", f"FROM stage {words}"))
        world.first.commit("declares what a release waits for")
        world.first.configure()
        return staged(world, "v1.0.0")
    return prepare


def other_day():
    """A window that is not open today, wherever midnight is."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f'WINDOW "{days[(time.gmtime().tm_wday + 3) % 7]} 09:00-10:00"'


def without_artifact(world):
    staged(world)
    world.commit()
    world.first.git("tag", "v1.0.0")
    return world.machine()


def image_gone(world):
    machine = staged(world, "v1.0.0")
    short = world.first.git("rev-parse", "HEAD")[:7]
    world.change_registry("app-worker", lambda one: None if one["annotations"]["org.opencontainers.image.ref.name"] == short else one)
    return machine


def yanked(world):
    machine = staged(world, "v1.0.0")
    machine.cicd("yank", "app", "v1.0.0", "--reason", "loses orders")
    return machine


def distrusted(world):
    machine = staged(world, "v1.0.0")
    short, images = world.first.git("rev-parse", "HEAD")[:7], world.images()
    other = next(digest for tag, digest in images.items() if tag.endswith(".artifact"))
    size = (world.first.build / "registry/app/blobs" / other.replace(":", "/")).stat().st_size
    world.change_registry("app", lambda one: {**one, "digest": other, "size": size} if one["annotations"]["org.opencontainers.image.ref.name"] == short else one)
    return machine


def at(world, commit):
    machine = world.machine()
    machine.git("checkout", "--quiet", commit)
    machine.configure()
    return machine


def older_version(world):
    released(world, "v1.0.0")
    first = world.first.git("rev-parse", "HEAD")
    newer(world, "v1.6.0")
    world.first.git("tag", "v1.5.0", first)
    return at(world, first)


def moved(world):
    released(world, "v1.5.0")
    world.commit()
    world.first.run("--event", "branch=main")
    world.first.git("tag", "v1.6.0")
    world.first.run("--event", "tag=v1.6.0")
    world.first.git("tag", "--delete", "v1.6.0")
    world.first.git("tag", "--force", "v1.5.0")
    return world.machine()


def on_topic(world):
    staged(world)
    world.first.git("switch", "--quiet", "--create", "topic")
    world.commit()
    world.first.run("app.publish")
    world.first.git("tag", "v1.0.0")
    return world.machine()


def otherwise(world):
    machine = staged(world, "v1.0.0")
    machine.call([harness.tool("cmake"), "-DREPLICAS=7", machine.build])
    return machine


def later_environment(world):
    calls = world.calls.split("pipeline_environment(app prod")[0].replace("pipeline_release(app BRANCHES main release/* VERSIONS semantic)\n", "").replace(" HEALTH committed", "")
    world.first.declare(calls)
    world.first.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    world.first.push()
    world.first.configure()
    world.first.run("--event", "branch=main")
    world.first.git("tag", "v1.0.0")
    # Another repository declares the environment.
    declares = harness.Tree(world.folder / "declares")
    world.case.trees.append(declares)
    declares.env["COUNT"] = str(world.count)
    text = world.calls.replace("add_pipeline(app)", f"add_pipeline(app DIRECTORY {world.first.source})").replace("FROM stage", "").replace(" HEALTH committed", "").replace(
        "pipeline_environment(app prod", "pipeline_service(app api IN prod REPLICAS 9)\npipeline_environment(app prod")
    declares.declare(text)
    declares.commit()
    declares.build.mkdir()
    for shared in ("registry", "manifests.git"):
        if (world.first.build / shared).exists():
            (declares.build / shared).symlink_to(world.first.build / shared)
    declares.configure()
    return declares


def not_from(world):
    world.first.run("app.publish")
    world.first.git("tag", "v1.0.0")
    return world.machine()


def held(world):
    machine = staged(world, "v1.0.0")
    machine.cicd("hold", "set", "app", "prod", "--reason", "frozen")
    return machine


def corrupt(world):
    released(world)
    world.commit()
    world.first.run("--event", "branch=main")
    world.first.git("tag", "v1.1.0")
    world.damaged = world.damage_record("prod")
    return world.machine()


def unreachable(world):
    machine = staged(world, "v1.0.0")
    world.repository.rename(world.folder / "away.git")
    return machine


def older_commit(world):
    first = world.first.git("rev-parse", "HEAD")
    world.first.run("--event", "branch=main")
    world.commit()
    world.first.run("--event", "branch=main")
    machine = at(world, first)
    machine.git("checkout", "--quiet", "-B", "main")
    return machine


def two_releases(world):
    released(world, "v1.0.0")
    newer(world, "v1.1.0")
    return world.first


def unstaged(world):
    staged(world)
    world.commit()
    world.first.run("app.publish")
    world.first.git("tag", "v1.0.0")
    return world.machine()


TAG, PUSH = ("run", "--event", "tag=v1.0.0"), ("run", "--event", "branch=main")


def check(condition, what):
    assert condition, what


def prod_has(world, tag, **values):
    prod = world.of("prod")
    assert prod and prod["tag"] == tag, prod
    for name, value in values.items():
        assert prod[name] == value, (name, prod[name], value)


def same_bytes(world, built=1):
    prod, stage = world.of("prod"), world.of("stage")
    assert prod["images"]["image"]["manifest"] == stage["images"]["image"]["manifest"]
    assert world.images()["v1.0.0"] == prod["images"]["image"]["manifest"]
    assert world.built() == built, world.built()


ROWS = [
    Row("push, no artifact: built once, artifact, deploy", lambda world: world.first, PUSH, 0, None,
        lambda world, before: check(world.of("stage")["artifact"] and world.built() == 1, "artifact")),
    Row("push again on another machine: no second build", staged, PUSH, 0, None,
        lambda world, before: check((world.of("stage"), world.built()) == (before[0], 1), "no second digest")),
    Row("tag: the image gets the tag by its digest", lambda world: staged(world, "v1.0.0"), TAG, 0, None,
        lambda world, before: (prod_has(world, "v1.0.0", version="v1.0.0"), same_bytes(world))),
    Row("tag of what runs already: only the record", lambda world: (released(world), world.first.git("tag", "v1.0.1"), world.machine())[2],
        ("run", "--event", "tag=v1.0.1"), 0, "v1.0.1 is what runs already",
        lambda world, before: prod_has(world, "v1.0.1", artifact=before[1]["artifact"])),
    Row("tag, no artifact, equal inputs: the images of the commit before", of_ancestor, TAG, 0, " changes nothing that app is made of: the images of ",
        lambda world, before: (prod_has(world, "v1.0.0", commit=world.first.git("rev-parse", "HEAD")), check(world.built() == 1, "nothing is built"))),
    Row("tag, no artifact", without_artifact, TAG, 5, "there is no artifact of this commit"),
    Row("tag, an image is missing", image_gone, TAG, 6, "the artifact is not whole: image 'worker' is missing"),
    Row("tag, yanked", yanked, TAG, 5, "yanked by Jane Doe <jane@example.com> at "),
    Row("tag, its digest differs from the registry's", distrusted, TAG, 4, "cannot be trusted"),
    Row("tag, a newer version is there", older_version, ("run", "--event", "tag=v1.5.0"), 3, "superseded: v1.6.0 is there"),
    Row("a tag that was moved", moved, ("run", "--event", "tag=v1.5.0"), 3, "tag v1.5.0 was moved: "),
    Row("tag of a commit on none of BRANCHES", on_topic, TAG, 5, "this commit is not on main or release/*"),
    Row("a tag that is no version", lambda world: staged(world, "verify-me"), ("run", "--event", "tag=verify-me"), 5, "this tag is not a version of VERSIONS semantic"),
    Row("push of what was declared otherwise", lambda world: otherwise(world), PUSH, 3, "was declared otherwise"),
    Row("tag of what was declared otherwise: as the artifact declares it", lambda world: otherwise(world), TAG, 0, None,
        lambda world, before: check("replicas: 2" in world.files(), world.files())),
    Row("tag, published before the environment was declared", later_environment, TAG, 0, None,
        lambda world, before: check("replicas: 2" in world.files(), world.files())),
    Row("a tag that nothing follows", lambda world: staged(world, "w1.0.0"), ("run", "--event", "tag=w1.0.0"), 2, "no environment follows this tag: 'w1.0.0'"),
    Row("tag, FROM not reached", unstaged, TAG, 5, "this commit was never deployed to stage"),
    Row("tag, on hold", held, TAG, 5, "deploys to this environment are on hold"),
    Row("tag, SOAK is not over", waiting("SOAK 2h"), TAG, 5, "SOAK 2h: healthy in stage for "),
    Row("tag, outside of WINDOW", waiting(other_day()), TAG, 5, "run again at "),
    Row("tag, not approved", waiting("APPROVAL required"), TAG, 5, "this deploy is not approved"),
    Row("tag, GATE says no", waiting("GATE false"), TAG, 5, "GATE"),
    Row("tag, GATE says yes", waiting("GATE true"), TAG, 0, None, lambda world, before: prod_has(world, "v1.0.0")),
    Row("the record is corrupt", corrupt, ("run", "--event", "tag=v1.1.0"), 4, "the deployment record cannot be trusted",
        lambda world, before: check(world.record_text("prod").strip() == world.damaged.strip(), "left as it is")),
    Row("the environment is out of reach", unreachable, TAG, 6, None, lambda world, before: check(world.built() == 1 and "v1.0.0" not in world.images(), "nothing changes"),
        ways=("gitops",)),
    Row("push of an older commit", older_commit, PUSH, 3, "superseded: a newer commit is deployed already"),
    Row("rollback: put back, then held", two_releases, ("rollback", "app", "prod", "--to", "v1.0.0"), 0, "app/prod: v1.0.0 runs again; deploys are on hold until: ",
        lambda world, before: check((world.of("prod")["outcome"], world.of("prod")["version"]) == ("rolled-back", "v1.0.0"), world.of("prod"))),
    Row("rollback to what was yanked", lambda world: (two_releases(world), world.first.cicd("yank", "app", "v1.0.0", "--reason", "no"), world.first)[2],
        ("rollback", "app", "prod", "--to", "v1.0.0"), 5, "yanked by"),
    Row("hotfix passes over FROM", unstaged, ("promote", "app", "prod", "--version", "v1.0.0", "--hotfix", "--reason", "urgent"), 0, None,
        lambda world, before: prod_has(world, "v1.0.0", hotfix="urgent")),
    Row("hotfix passes over no hold", held, ("promote", "app", "prod", "--version", "v1.0.0", "--hotfix", "--reason", "urgent"), 5, "deploys to this environment are on hold"),
    Row("a fork's pull request", lambda world: staged(world, "v1.0.0"), ("run", "app.deploy-prod"), 5, "a pull request from a fork", ways=("gitops",)),
]


class EventTable(harness.Case):
    def check_row(self, row, way):
        world = World(self, way)
        machine = world.current = row.prepare(world)
        before = world.seen() if row.name != "the record is corrupt" else None
        env = world.fork() if "fork" in row.name else {}
        done = machine.cicd(*row.words, status=None, env=env)
        self.assertEqual(done.returncode, row.status, done.all)
        if row.line:
            self.assertIn(row.line, done.stdout + done.stderr)
        if row.check:
            row.check(world, before)
        elif row.status and before:
            self.assertEqual(world.seen(), before, "what is refused changes nothing")


def case_of(row, way):
    def test(self):
        self.check_row(row, way)
    return test


for number, row in enumerate(ROWS):
    for way in row.ways:
        name = "".join(c if c.isalnum() else "_" for c in row.name)
        setattr(EventTable, f"test_{number:02}_{name}_{way}", case_of(row, way))


if __name__ == "__main__":
    unittest.main()
