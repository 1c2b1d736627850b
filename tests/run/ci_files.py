"""A reader of exported CI files: what each job is called, what it comes after, and the lines that it runs. `wrong_in` holds every
reference against what is defined, which no schema does. Written for the tests, and knows nothing of how a file is exported."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

VENV = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv/bin"
SHELLS = re.compile(r"\$\{\{|<<\s*(pipeline|parameters|matrix)")
DIGEST = re.compile(r"@[0-9a-f]{40}$")


def read(text):
    """YAML 1.2, as these systems read it: `on` is a text. By the Python that has a reader."""
    return json.loads(subprocess.run([VENV / "python", "-B", __file__], input=text, capture_output=True, text=True, check=True).stdout)


def print_as_json():
    import yaml

    class Yaml12(yaml.SafeLoader):
        """Only `true` and `false` are booleans."""

    Yaml12.yaml_implicit_resolvers = {first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool"]
                                      for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
    json.dump(yaml.load(sys.stdin, Yaml12), sys.stdout)


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
    return {"github": github_jobs, "gitlab": gitlab_jobs, "circleci": circle_jobs}[system](read(text))


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


# ---- what is wrong ----

def wrong_in(system, text):
    """Sentences: references to nothing, circles, expressions in lines of a shell, what is not pinned."""
    of = read(text)
    found = {"github": wrong_in_github, "gitlab": wrong_in_gitlab, "circleci": wrong_in_circle}[system](of)
    jobs = jobs_of(system, text)
    for name, (after, lines) in jobs.items():
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


def wrong_in_github(of):
    found = []
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
        image = job.get("image") or of.get(".cicd", {}).get("image")
        if image and "@sha256:" not in image:
            found.append(f"{name} runs in {image}, which has no digest")
    return found


def wrong_in_circle(of):
    found = []
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


if __name__ == "__main__":
    print_as_json()
