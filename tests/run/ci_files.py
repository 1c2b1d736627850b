"""A reader of exported CI files: what each job is called, what it comes after, and the lines that it runs. `wrong_in` holds every
reference against what is defined, which no schema does. Written for the tests, and knows nothing of how a file is exported."""

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

VENV = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv/bin"
SHELLS = re.compile(r"\$\{\{|<<\s*(pipeline|parameters|matrix)")
DIGEST = re.compile(r"@[0-9a-f]{40}$")


@functools.cache
def read(text):
    """YAML 1.2, as these systems read it: `on` is a text. By the Python that has a reader; of a Jenkinsfile what Groovy calls."""
    if text.startswith("// "):
        return jenkinsfile(text)
    return json.loads(subprocess.run([VENV / "python", "-B", __file__], input=text, capture_output=True, text=True, check=True).stdout)


@functools.cache
def groovy():
    """A Groovy that runs Jenkinsfiles; it ends with these tests."""
    jar = next((VENV.parents[1] / "groovy").glob("groovy-*.jar"), "")
    return subprocess.Popen(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", str(jar), "groovy.ui.GroovyMain", str(Path(__file__).with_name("jenkinsfile.groovy"))],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@functools.cache
def jenkinsfile(text):
    """The calls of a Jenkinsfile; a text where it is none."""
    with tempfile.NamedTemporaryFile("w", suffix="Jenkinsfile") as file:
        file.write(text)
        file.flush()
        groovy().stdin.write(file.name + "\n")
        groovy().stdin.flush()
        return json.loads(groovy().stdout.readline())


def print_as_json():
    import yaml

    class Yaml12(yaml.SafeLoader):
        """Only `true` and `false` are booleans."""

    Yaml12.yaml_implicit_resolvers = {first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool"]
                                      for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
    documents = list(yaml.load_all(sys.stdin, Yaml12))
    json.dump(documents[0] if len(documents) == 1 else documents, sys.stdout)


def texts_in(value):
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, str):
        yield value


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


# ---- the jobs: name → (after, lines) ----

def jobs_of(system, text):
    return {"github": github_jobs, "gitlab": gitlab_jobs, "circleci": circle_jobs, "buildkite": buildkite_jobs, "drone": drone_jobs, "jenkins": jenkins_jobs}[system](read(text))


def github_jobs(of):
    return {name: (as_list(job.get("needs")), [step["run"] for step in job["steps"] if "run" in step and "if" not in step]) for name, job in of["jobs"].items()}


def gitlab_jobs(of):
    jobs = {name: job for name, job in of.items() if isinstance(job, dict) and "script" in job}
    return {name: ([one["job"] for one in job.get("needs", [])], job["script"]) for name, job in jobs.items()}


def circle_lines(of, steps):
    for step in steps:
        if isinstance(step, str) and step in of.get("commands", {}):
            yield from circle_lines(of, of["commands"][step]["steps"])
        elif isinstance(step, dict) and "run" in step:
            yield step["run"]["command"]


def circle_invoked(of):
    for flow in of["workflows"].values():
        for each in flow["jobs"]:
            name, with_ = (each, {}) if isinstance(each, str) else next(iter(each.items()))
            yield name, with_


def circle_requires(with_):
    return [one if isinstance(one, str) else next(iter(one)) for one in with_.get("requires", [])]


def circle_jobs(of):
    return {name: (circle_requires(with_), list(circle_lines(of, of["jobs"][name]["steps"])) if with_.get("type") != "approval" else [])
            for name, with_ in circle_invoked(of)}


def buildkite_steps(of):
    for step in of["steps"]:
        yield from step["steps"] if "group" in step else [step]


def buildkite_after(step):
    return [one if isinstance(one, str) else one["step"] for one in as_list(step.get("depends_on"))]


def buildkite_jobs(of):
    """The lines as they are after the upload of the file, which replaces what `$` stands before."""
    return {step["key"]: (buildkite_after(step), [line.replace("$$", "$") for line in step.get("commands", [])]) for step in buildkite_steps(of)}


def drone_jobs(of, event="push"):
    """The steps of the pipeline of an event, by the lines that are left of them; those of others as `<pipeline>: <step>`."""
    jobs = {}
    for pipeline in of:
        for step in pipeline["steps"]:
            name = (lambda one: one if pipeline["name"] == event else f"{pipeline['name']}: {one}")
            jobs[name(step["name"])] = ([name(each) for each in step.get("depends_on", [])], [line.replace("$${", "${") for line in step["commands"]])
    return jobs


def all_calls(of, above=()):
    """Each call with those that it stands in."""
    for call in of["calls"]:
        yield call, above
        yield from all_calls(call, (*above, call))


def called(of, name):
    return [call for call, _ in all_calls(of) if call["name"] == name]


def jenkins_line(call):
    if call["name"] == "stash":
        return "stash " + " ".join(one.split("=", 1)[1] for one in call["given"])
    return call["given"][0] if call["name"] == "sh" else f"unstash {call['given'][0]}"


def jenkins_stages(of):
    """Those that do something: name, stage, those that it stands in. That of a job is the one that `when` asks for, or a condition of a script."""
    for stage, above in all_calls(of):
        if stage["name"] == "stage" and above[-1]["name"] == "script":
            script = above[-1]
            yield script["asked"][[one for one in script["calls"] if one["name"] == "stage"].index(stage)], stage, above
        elif stage["name"] == "stage" and any(call["name"] == "steps" for call in stage["calls"]) and not called(stage, "stage"):
            asked = [one for call in called(stage, "expression") for one in call["asked"]]
            yield (asked or [stage["given"][0].replace(" / ", "-")])[0], stage, above
        if stage["name"] == "always":
            yield "result", stage, above


def jenkins_jobs(of):
    """What is stashed and taken stands among the lines. Stages of one agent come after all before them."""
    jobs, early = {}, []
    for name, stage, above in jenkins_stages(of):
        lines = [jenkins_line(call) for call, _ in all_calls(stage) if call["name"] in ("sh", "stash", "unstash")]
        is_first = any(call["given"] == ["cicd"] for call in above)
        jobs[name] = (list(early) if is_first else [line.split()[1] for line in lines if line.startswith("unstash ")], lines)
        early += [name] if is_first else []
    return jobs


# ---- what is wrong ----

def wrong_in(system, text):
    """Sentences: references to nothing, circles, expressions in lines of a shell, what is not pinned."""
    of = read(text)
    if isinstance(of, str):
        return [of]
    found = {"github": wrong_in_github, "gitlab": wrong_in_gitlab, "circleci": wrong_in_circle, "buildkite": wrong_in_buildkite, "drone": wrong_in_drone, "jenkins": wrong_in_jenkins}[system](of)
    jobs = jobs_of(system, text)
    for name, (after, lines) in jobs.items():
        if system in ("buildkite", "jenkins") and any(line.startswith("cmake -S") for line in lines) and "rm -rf build/cicd-export" not in lines[:3]:
            found.append(f"{name} takes what an earlier run left in its workspace")
        found += [f"{name} comes after {each}, which there is not" for each in after if each not in jobs]
        found += [f"{name} has an expression in a line of a shell: {line}" for line in lines if SHELLS.search(line)]
    return found + circles_in({name: after for name, (after, _) in jobs.items()})


def circles_in(after):
    found = []
    for start in after:
        seen, open_ = set(), list(after[start])
        while open_:
            at = open_.pop()
            if at == start:
                found.append(f"{start} comes after itself")
                break
            if at not in seen:
                seen.add(at)
                open_ += after.get(at, [])
    return found


def wrong_times(crons):
    """Steps, names and aliases are not taken by all systems."""
    return [f"not all take this time: {one}" for one in crons if not re.fullmatch(r"(\*|\d+-\d+|\d+(,\d+)*)( (\*|\d+-\d+|\d+(,\d+)*)){4}", one)]


def wrong_in_github(of):
    found = wrong_times(one["cron"] for one in of["on"].get("schedule", []))
    group = of.get("concurrency", {}).get("group", "")
    if group and not ("github.event_name" in group and "github.run_id" in group):
        found.append("a run by time or by hand cancels that of a push")
    if of.get("permissions") != {}:
        found.append("the workflow gives all jobs rights")
    for name, job in of["jobs"].items():
        if "permissions" not in job:
            found.append(f"{name} says no permissions")
        identifiers = {step["id"] for step in job["steps"] if "id" in step}
        for text in texts_in(job):
            for each in re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", text):
                if each[0] not in as_list(job.get("needs")) or each[1] not in of["jobs"].get(each[0], {}).get("outputs", {}):
                    found.append(f"{name} takes {'.'.join(each)}, which there is not")
            for each in re.findall(r"steps\.([\w-]+)\.outputs", text):
                if each not in identifiers:
                    found.append(f"{name} takes what the step {each} gives, which there is not")
            for each in re.findall(r"inputs\.([\w-]+)", text):
                if each not in of["on"].get("workflow_dispatch", {}).get("inputs", {}):
                    found.append(f"{name} takes the input {each}, which there is not")
        if "pull_request_target" in of["on"]:
            found.append("it runs on pull_request_target")
        for step in job["steps"]:
            if "uses" in step and not DIGEST.search(step["uses"]):
                found.append(f"{name} uses {step['uses']} without a digest")
            pattern = step.get("with", {}).get("pattern", "")
            for each in re.split(r"[{},]", pattern.removeprefix("cicd-")) if pattern and "*" not in pattern else []:
                if each and each not in of["jobs"]:
                    found.append(f"{name} takes the file of {each}, which there is not")
    return found


def wrong_in_gitlab(of):
    found = []
    for name, job in of.items():
        if not isinstance(job, dict) or "script" not in job:
            continue
        if job.get("stage") not in of["stages"]:
            found.append(f"{name} is of the stage {job.get('stage')}, which there is not")
        for each in as_list(job.get("extends")):
            if each not in of:
                found.append(f"{name} extends {each}, which there is not")
        environment = job.get("environment", {})
        if environment.get("on_stop", name) not in of:
            found.append(f"{name} is stopped by {environment['on_stop']}, which there is not")
        elif "parallel" in of[environment.get("on_stop", name)] and "on_stop" in environment:
            found.append(f"{name} is stopped by {environment['on_stop']}, which is not the name of a job of the matrix")
        needs, stages, cells = job.get("needs", []), of["stages"], 0
        for each in needs:
            values = of.get(each["job"], {}).get("parallel", {"matrix": [{"CICD_PIPELINE": [""]}]})["matrix"][0]["CICD_PIPELINE"]
            taken = each["parallel"]["matrix"][0]["CICD_PIPELINE"] if "parallel" in each else values
            cells += len(taken)
            if not set(taken) <= set(values):
                found.append(f"{name} needs {each['job']} of {taken}, which there is not")
            later = of.get(each["job"], {}).get("stage")
            if later in stages and job.get("stage") in stages and stages.index(later) > stages.index(job["stage"]):
                found.append(f"{name} needs {each['job']}, which is of a later stage")
        if cells > 50:
            found.append(f"{name} needs {cells} jobs, of which GitLab takes 50")
        image = job.get("image") or of.get(".cicd", {}).get("image")
        if image and "@sha256:" not in image:
            found.append(f"{name} runs in {image}, which has no digest")
    return found


def wrong_in_circle(of):
    found = wrong_times(one["schedule"]["cron"] for flow in of["workflows"].values() for one in flow.get("triggers", []))
    for name, with_ in circle_invoked(of):
        if with_.get("type") != "approval" and name not in of["jobs"]:
            found.append(f"a workflow has {name}, which there is not")
    for name, job in of["jobs"].items():
        if job.get("executor") not in of["executors"]:
            found.append(f"{name} runs in {job.get('executor')}, which there is not")
        for step in job["steps"]:
            if isinstance(step, str) and step != "checkout" and step not in of["commands"]:
                found.append(f"{name} does {step}, which there is not")
        for text in texts_in(job):
            for each in re.findall(r"<<\s*pipeline\.parameters\.(\w+)", text):
                if each not in of.get("parameters", {}):
                    found.append(f"{name} takes the parameter {each}, which there is not")
            for each in re.findall(r"<<\s*parameters\.(\w+)", text):
                if each not in job.get("parameters", {}):
                    found.append(f"{name} takes the parameter {each} of its own, which there is not")
    for executor in of["executors"].values():
        for each in executor.get("docker", []):
            if "@sha256:" not in each["image"]:
                found.append(f"jobs run in {each['image']}, which has no digest")
    return found


def wrong_in_buildkite(of):
    steps = {step["key"]: step for step in buildkite_steps(of)}
    found = [f"the key {key} is there twice" for key in steps if sum(step["key"] == key for step in buildkite_steps(of)) > 1]
    for name, step in steps.items():
        if "depends_on" not in step:
            found.append(f"{name} says not what it comes after, and would wait for each block before it")
        for each in buildkite_after(step):
            # What is left out counts as passed.
            if "block" in steps.get(each, {}) and steps[each].get("if") != step.get("if"):
                found.append(f"{name} runs where its gate {each} is left out")
        for text in texts_in({key: value for key, value in step.items() if key != "concurrency_group"}):
            if "$" in text.replace("$$", ""):
                found.append(f"{name} has a variable that the upload replaces: {text}")
            for each in re.findall(r"artifact download .* --step (\S+?)(?:;|$)", text):
                if each not in steps:
                    found.append(f"{name} takes the files of {each}, which there is not")
        if ("concurrency_group" in step) != ("concurrency" in step):
            found.append(f"{name} has a group without the number that may run at once")
        if "plugins" in step:
            found.append(f"{name} uses a plugin")
    if "image" in of and "@sha256:" not in of["image"]:
        found.append(f"jobs run in {of['image']}, which has no digest")
    return found


def wrong_in_drone(of):
    found = [f"the pipeline {one['name']} is there twice" for number, one in enumerate(of) if one["name"] in [other["name"] for other in of[:number]]]
    for pipeline in of:
        name, names = pipeline["name"], [step["name"] for step in pipeline["steps"]]
        found += [f"{name} has {step} twice" for step in set(names) if names.count(step) > 1]
        trigger = pipeline.get("trigger", {})
        if not trigger.get("event"):
            found.append(f"{name} runs at each event")
        if "promote" in trigger.get("event", []) and not trigger.get("target"):
            found.append(f"{name} runs at each promotion")
        if "promote" in trigger.get("event", []) and pipeline.get("concurrency") != {"limit": 1}:
            found.append(f"{name} deploys beside itself")
        for step in pipeline["steps"]:
            if pipeline["type"] == "docker" and "@sha256:" not in step["image"]:
                found.append(f"{name} runs in {step['image']}, which has no digest")
            if len(names) > 1 and step is not pipeline["steps"][0] and "depends_on" not in step:
                found.append(f"{name}: {step['name']} comes after nothing")
            for text in texts_in(step):
                if re.search(r"(?<!\$)\$\{", text):
                    found.append(f"{name} has a variable that Drone replaces: {text}")
    return found


def wrong_in_jenkins(of):
    found, stashed = [], {call["given"][0].removeprefix("name=") for call in called(of, "stash")}
    found += ["the jobs of a matrix run side by side in one workspace" for _ in called(of, "matrix")]
    top = of["calls"][0]["calls"]
    for stage in next(call for call in top if call["name"] == "stages")["calls"]:
        if "TimerTrigger" not in [one for call in called(stage, "triggeredBy") for one in call["given"]]:
            found.append(f"{stage['given'][0]} runs by time, too")
    if [call["given"] for call in top if call["name"] == "agent"] != [["none"]]:
        found.append("an agent is held while a gate waits")
    for name, stage, above in jenkins_stages(of):
        label, own = (stage["given"] or ["result"])[0], {call["name"] for call in stage["calls"]}
        if not name.endswith(label.replace(" / ", "-")):
            found.append(f"{label} runs where {name} is needed")
        if "input" in own:
            if any(call["name"] == "agent" for one in above[1:] for call in one["calls"]) or called(stage, "agent") == []:
                found.append(f"{label} waits with an agent")
            if not any(call["name"] == "beforeInput" for call in called(stage, "when")[0]["calls"]):
                found.append(f"{label} waits where it is not needed")
        for each in called(stage, "unstash"):
            if each["given"][0] not in stashed:
                found.append(f"{label} takes the file of {each['given'][0]}, which there is not")
        for call, within in all_calls(stage):
            if call["name"] == "sh" and re.search(r"cicd deploy|--target \S*\.deploy-", call["given"][0]) and "lock" not in [one["name"] for one in within]:
                found.append(f"{label} deploys beside itself")
    found += [f"jobs run in {call['given'][0]}, which has no digest" for call in called(of, "image") if "@sha256:" not in call["given"][0]]
    return found


if __name__ == "__main__":
    print_as_json()
