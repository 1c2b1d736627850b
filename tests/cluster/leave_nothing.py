#!/usr/bin/env python3
"""`cluster run` from outside: what it leaves on the machine when it ends, fails or is killed, and its words when it cannot run.

    leave_nothing.py [case]       as root; starts clusters of its own, two of them at once"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLUSTER = str(HERE / "cluster")

# Ends when a pod of the pause image runs, so that there are containers, mounts and groups to leave behind.
POD = ("kubectl run one --image=$CICD_TEST_REGISTRY/pause:1 >/dev/null && kubectl wait --for=create pod/one >/dev/null && "
       "kubectl wait --for=condition=Ready pod/one --timeout=60s >/dev/null && ")

# Settings that a kubelet insists on, each at the value that the kernel itself begins with.
DEFAULTS = {"vm/overcommit_memory": "0", "vm/panic_on_oom": "0", "kernel/panic": "0", "kernel/panic_on_oops": "0",
            "kernel/keys/root_maxkeys": "1000000", "kernel/keys/root_maxbytes": "25000000"}


def text_of(*words):
    return subprocess.run(words, capture_output=True, text=True).stdout


def read(path):
    with contextlib.suppress(OSError):
        return Path(path).read_text()
    return ""


def processes_of(folder):
    """Processes that name the folder: by their words, or by their environment, which pods of it do not have."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            words = read(entry / "cmdline").replace("\0", " ")
            if str(folder) in words or str(folder) in read(entry / "cgroup"):
                found.append(f"{entry.name} {words}")
    return found


def groups_of(folder):
    """Groups of clusters whose `run` is gone, or has its state in the folder; others may be running meanwhile."""
    found = sorted(Path("/sys/fs/cgroup").glob("cicd-cluster.*")) + sorted(Path("/sys/fs/cgroup").glob("*/cicd-cluster.*"))
    words = {one: read(f"/proc/{one.suffix[1:]}/cmdline") for one in found}
    return [str(one) for one in found if words[one] == "" or str(folder) in words[one]]


def listing(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else None


def machine():
    """What a cluster could leave: networks, rules, settings, files of the node's programs."""
    rules = [line for line in text_of("iptables-save").splitlines() if line.startswith("-A")]
    folders = ("/run/netns", "/run/containerd", "/var/lib/kubelet", "/var/lib/containerd", "/var/lib/cni", "/var/log/pods",
               "/var/log/containers", "/etc/containers", "/etc/containers/registries.conf.d")
    return {"links": text_of("ip", "-oneline", "link").count("\n"), "rules": rules, "hosts": read("/etc/hosts"),
            "settings": {name: read(f"/proc/sys/{name}") for name in ("net/ipv4/ip_forward", *DEFAULTS)},
            "folders": {folder: listing(folder) for folder in folders}}


class Leaving(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cicd-cluster-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.before = machine()

    def start(self, name, script):
        started = subprocess.Popen([CLUSTER, "run", str(self.folder / name), "bash", "-c", script], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.addCleanup(started.stdout.close)
        return started

    def assert_nothing_is_left(self):
        end = time.monotonic() + 10
        while time.monotonic() < end and (processes_of(self.folder) or groups_of(self.folder)):
            time.sleep(0.05)
        self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(groups_of(self.folder), [])
        self.assertNotIn(str(self.folder), read("/proc/self/mounts"))
        self.assertEqual(machine(), self.before)
        for state in self.folder.iterdir():
            self.assertLessEqual(set(os.listdir(state)), {"alive", "log"})

    def test_two_run_side_by_side_and_give_their_commands_status(self):
        running = [self.start(f"c{status}", POD + f"exit {status}") for status in (3, 0)]
        ends = [one.communicate(timeout=180) and one.returncode for one in running]
        self.assertEqual(ends, [3, 0])
        self.assert_nothing_is_left()

    def set_for_the_test(self, name, value):
        path = Path("/proc/sys", name)
        self.addCleanup(path.write_text, path.read_text())
        path.write_text(value + "\n")

    def test_it_comes_up_and_changes_no_setting_where_each_has_the_kernels_own_default(self):
        for name, value in DEFAULTS.items():
            self.set_for_the_test(name, value)
        self.before = machine()
        running = self.start("defaults", "kubectl get nodes --output=name")
        said, _ = running.communicate(timeout=180)
        self.assertEqual((running.returncode, said), (0, "node/node-1\n"))
        self.assert_nothing_is_left()

    def test_it_comes_up_and_leaves_dev_alone_where_there_is_no_log_of_the_kernel(self):
        hide = ("cd /; old=$(mktemp -d); mount --rbind /dev $old; mount -t tmpfs -o mode=755 dev /dev; cd $old; "
                "for each in *; do [ $each = kmsg ] || if [ -L $each ]; then cp -P $each /dev/; elif [ -d $each ]; then mkdir /dev/$each; "
                "mount --rbind $each /dev/$each; else touch /dev/$each; mount --bind $each /dev/$each; fi; done; cd /; umount -l $old; "
                "rmdir $old; ")
        run = f"{CLUSTER} run {self.folder}/no-log kubectl get nodes --output=name; echo $?; ls /dev/kmsg"
        ended = subprocess.run(["unshare", "--mount", "bash", "-c", hide + run], capture_output=True, text=True, timeout=180)
        self.assertEqual(ended.stdout, "node/node-1\n0\n", ended.stderr)
        self.assertIn("/dev/kmsg", ended.stderr)
        self.assert_nothing_is_left()

    def kill(self, number):
        running = self.start("killed", POD + "echo up && exec sleep 600")
        self.assertEqual(running.stdout.readline(), "up\n")
        self.assertNotEqual(groups_of(self.folder), [])
        running.send_signal(number)
        running.wait(timeout=20)
        self.assert_nothing_is_left()

    def test_nothing_is_left_after_a_kill(self):
        self.kill(signal.SIGKILL)

    def test_nothing_is_left_after_an_interrupt(self):
        self.kill(signal.SIGINT)

    def test_one_that_stays_up_is_entered_and_ended(self):
        state = str(self.folder / "up")
        subprocess.run([CLUSTER, "up", state], check=True, capture_output=True, timeout=180)
        entered = subprocess.run([CLUSTER, "in", state, "kubectl", "get", "nodes", "--output=name"], capture_output=True, text=True)
        self.assertEqual(entered.stdout, "node/node-1\n", entered.stderr)
        again = subprocess.run([CLUSTER, "run", state, "true"], capture_output=True, text=True)
        self.assertIn(f"a cluster is running in {state}", again.stderr)
        subprocess.run([CLUSTER, "down", state], check=True, timeout=20)
        self.assert_nothing_is_left()


class Words(unittest.TestCase):
    def said(self, *words, **variables):
        with tempfile.TemporaryDirectory(prefix="cicd-cluster-test-") as folder:
            done = subprocess.run([CLUSTER, "run", folder, *words], env={**os.environ, **variables}, capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def test_a_program_that_is_not_built_is_named_with_what_brings_it(self):
        with tempfile.TemporaryDirectory() as empty:
            status, said = self.said("true", XDG_CACHE_HOME=empty)
        self.assertEqual(status, 1)
        self.assertRegex(said, r"^cluster: missing: Kubernetes [0-9.]+: \./setup --tests brings it\n$")

    def without_go(self, cache, *words):
        """The call on a machine without Go, whose cache folder has what `./setup --tests` put there so far."""
        hide = 'for go in /usr/local/go /usr/lib/go*; do [ ! -d "$go" ] || mount -t tmpfs none "$go"; done; exec "$@"'
        return subprocess.run(["unshare", "--mount", "bash", "-c", hide, "hide", CLUSTER, *words], capture_output=True, text=True,
                              env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "XDG_CACHE_HOME": cache})

    def test_the_go_that_setup_brought_is_found_before_anything_was_built(self):
        with tempfile.TemporaryDirectory(prefix="cicd-cluster-test-") as cache:
            go = Path(cache, "cicd-tests/venv/bin/go")
            go.parent.mkdir(parents=True)
            go.write_text("#!/bin/sh\necho go1.24.11\n")
            go.chmod(0o755)
            found = self.without_go(cache, "go")
        self.assertEqual((found.returncode, found.stdout, found.stderr), (0, f"{go}\n", ""))

    def test_without_a_go_a_build_ends_with_one_sentence(self):
        with tempfile.TemporaryDirectory(prefix="cicd-cluster-test-") as cache:
            for words in (["go"], ["build", "kube"]):
                done = self.without_go(cache, *words)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual(done.stderr, "cluster: Go 1.21 or newer is missing: ./setup --tests brings it\n")
            self.assertEqual(os.listdir(cache), [])

    def test_another_cluster_is_used_when_one_is_given(self):
        status, said = self.said("sh", "-c", "echo $KUBECONFIG; exit 4", CICD_TEST_KUBECONFIG="/somewhere/config")
        self.assertEqual((status, said), (4, "/somewhere/config\n"))


if __name__ == "__main__":
    os.environ.pop("CICD_TEST_KUBECONFIG", None)
    sys.exit(unittest.main())
