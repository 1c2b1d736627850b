#!/usr/bin/env python3
"""Publishing into a real docker-registry with TLS and password, through the real skopeo.

    run.py IMAGE_TOOL [part of a case's name]

A missing program is a failure. Every process is ended and every folder removed at the end; ports are free
ones, so that several runs can go on at once.
"""

import base64
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from breaking_proxy import MODES, BreakingProxy  # noqa: E402

USER, PASSWORD = "tester", "open sesame"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := what():
            return value
        time.sleep(0.01)
    raise AssertionError(f"did not come about in {seconds} s: {what.__doc__ or what}")


def certificate_in(folder):
    """A self-made CA and a server certificate for 127.0.0.1 that it signed."""
    folder.mkdir(parents=True)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", *key, "-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "server.crt")
    return folder


class Registry:
    def __init__(self, folder, certificates, password=PASSWORD):
        self.folder, self.certificates, self.port = folder, certificates, free_port()
        folder.mkdir(parents=True)
        words = subprocess.run(["htpasswd", "-Bbn", USER, password], check=True, capture_output=True, text=True).stdout
        (folder / "htpasswd").write_text(words)
        self.config = folder / "config.yml"
        self.config.write_text(json.dumps({
            "version": "0.1",
            "log": {"level": "error"},
            "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
            "http": {"addr": f"127.0.0.1:{self.port}", "secret": "test",
                     "tls": {"certificate": str(certificates / "server.crt"), "key": str(certificates / "server.key")}},
            "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}},
        }))
        self.process = None
        self.start()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", str(self.config)], stdout=log, stderr=log)

        def listens():
            """the registry listens"""
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        until(listens)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def sizes(self):
        return {str(p): p.stat().st_size for p in (self.folder / "data").rglob("*") if p.is_file()}


class Suite:
    def __init__(self, tool, folder):
        self.tool, self.folder, self.failures = tool, folder, 0
        self.certificates = certificate_in(folder / "certificates")
        self.registry = Registry(folder / "registry", self.certificates)
        self.home = self.home_for("home", self.registry.port)
        self.image = self.build("one", os.urandom(200_000))
        self.other = self.build("other", os.urandom(1_000))

    def home_for(self, name, *ports, password=PASSWORD, ca=None):
        home = self.folder / name
        token = base64.b64encode(f"{USER}:{password}".encode()).decode()
        auths = {f"127.0.0.1:{port}": {"auth": token} for port in ports}
        (home / ".docker").mkdir(parents=True)
        (home / ".docker/config.json").write_text(json.dumps({"auths": auths}))
        for port in ports:
            place = home / ".config/containers/certs.d" / f"127.0.0.1:{port}"
            place.mkdir(parents=True)
            shutil.copy((ca or self.certificates) / "ca.crt", place / "ca.crt")
        return home

    def add_login(self, home, port, password):
        config = home / ".docker/config.json"
        logins = json.loads(config.read_text())
        logins["auths"][f"127.0.0.1:{port}"] = {"auth": base64.b64encode(f"{USER}:{password}".encode()).decode()}
        config.write_text(json.dumps(logins))
        place = home / ".config/containers/certs.d" / f"127.0.0.1:{port}"
        place.mkdir(parents=True)
        shutil.copy(self.certificates / "ca.crt", place / "ca.crt")

    def build(self, name, content):
        source = self.folder / f"{name}.bin"
        source.write_bytes(content)
        layout = self.folder / "layouts" / name
        done = subprocess.run([self.tool, "build", layout, self.folder / "cache", "2", "scratch", f"application={source}:/data"],
                              check=True, capture_output=True, text=True)
        return layout, json.loads(done.stdout)["manifest"]

    def environment(self, home, patience):
        sanitizers = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return {"PATH": os.environ["PATH"], "HOME": str(home), "PATIENCE": str(patience), **sanitizers}

    def call(self, *words, home=None, patience=20_000):
        return subprocess.run([self.tool, *map(str, words)], env=self.environment(home or self.home, patience),
                              capture_output=True, text=True, timeout=300)

    def repository(self, name, port=None):
        return f"127.0.0.1:{port or self.registry.port}/{name}"

    def publish(self, repository, image, tag, kind="immutable", **how):
        return self.call("publish", self.folder / "embedded", repository, image[0], tag, kind, **how)

    def resolved(self, repository, tag, **how):
        done = self.call("resolve", self.folder / "embedded", repository, tag, **how)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["digest"]

    def transfers(self):
        """How much lies in the registry's storage."""
        return sorted(str(p) for p in (self.registry.folder / "data").rglob("*") if p.is_file())

    # ---- cases ----

    def case_an_unknown_tag_is_nothing(self):
        assert self.resolved(self.repository("unknown"), "v1") is None

    def case_push_then_tag_then_skopeo_reads_it(self):
        done = self.publish(self.repository("first"), self.image, "v1")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"changed": True, "reference": f"{self.repository('first')}:v1@{self.image[1]}"}
        assert self.resolved(self.repository("first"), "v1") == self.image[1]
        inspected = subprocess.run(["skopeo", "inspect", "docker://" + self.repository("first") + ":v1"],
                                   env=self.environment(self.home, 0), capture_output=True, text=True)
        assert json.loads(inspected.stdout)["Digest"] == self.image[1], inspected.stderr

    def case_an_equal_tag_is_success_without_a_transfer(self):
        before = self.transfers()
        done = self.publish(self.repository("first"), self.image, "v1")
        assert done.returncode == 0 and json.loads(done.stdout)["changed"] is False, done.stderr
        assert self.transfers() == before

    def case_another_digest_under_an_immutable_tag_is_a_conflict_with_both(self):
        done = self.publish(self.repository("first"), self.other, "v1")
        assert done.returncode == 3, done.stderr
        assert self.image[1] in done.stderr and self.other[1] in done.stderr, done.stderr
        assert self.resolved(self.repository("first"), "v1") == self.image[1]

    def case_a_movable_tag_moves(self):
        for image in (self.image, self.other):
            done = self.publish(self.repository("moving"), image, "main", "movable")
            assert done.returncode == 0, done.stderr
            assert self.resolved(self.repository("moving"), "main") == image[1]

    def case_two_tags_of_one_image(self):
        for tag in ("a", "b"):
            assert self.publish(self.repository("two"), self.image, tag).returncode == 0
        assert self.resolved(self.repository("two"), "a") == self.resolved(self.repository("two"), "b") == self.image[1]

    def case_a_wrong_password_is_told_and_not_tried_again(self):
        home = self.home_for("wrong-password", self.registry.port, password="wrong")
        done = self.publish(self.repository("refused"), self.image, "v1", home=home)
        assert done.returncode == 6, done.stderr
        assert "refuses the login" in done.stderr and f"skopeo login 127.0.0.1:{self.registry.port}" in done.stderr, done.stderr
        assert "once more" not in done.stderr and "wrong" not in done.stderr, done.stderr

    def case_an_unknown_ca_is_told(self):
        home = self.home_for("wrong-ca", self.registry.port, ca=certificate_in(self.folder / "other-certificates"))
        done = self.publish(self.repository("untrusted"), self.image, "v1", home=home)
        assert done.returncode == 6 and "certificate is not trusted" in done.stderr, done.stderr

    def case_a_registry_that_is_not_there_is_told_after_several_tries(self):
        port = free_port()
        home = self.home_for("nobody", port)
        done = self.publish(self.repository("nobody", port), self.image, "v1", home=home, patience=1_000)
        assert done.returncode == 6, done.stderr
        assert done.stderr.count("once more") == 2 and "connection refused" in done.stderr, done.stderr

    def case_a_reference_by_digest_is_a_base_and_asked_for_once(self):
        assert self.publish(self.repository("base"), self.image, "v1").returncode == 0
        base = f"{self.repository('base')}@{self.image[1]}"
        cache = self.folder / "base-cache"

        def build():
            return self.call("build", self.folder / "on-base", cache, 2, base, f"application={__file__}:/tool")

        first = build()
        assert first.returncode == 0, first.stderr
        assert [layer["name"] for layer in json.loads(first.stdout)["layers"]] == ["application", "application"]
        self.registry.kill()
        try:
            second = build()
        finally:
            self.registry.start()
        assert second.stdout.replace("true", "false") == first.stdout.replace("true", "false"), second.stderr
        for blob in (cache / "bases").rglob("blobs/sha256/*"):
            blob.write_bytes(b"")
        mended = build()
        assert mended.stdout.replace("true", "false") == first.stdout.replace("true", "false"), mended.stderr

    def case_a_base_without_a_digest_says_how_it_is_found(self):
        done = self.call("build", self.folder / "no-digest", self.folder / "cache", 2, self.repository("first") + ":v1")
        assert done.returncode == 2 and "skopeo inspect --format '{{.Digest}}'" in done.stderr, done.stderr

    # ---- retags, deletions, artifacts ----

    def asked(self, word, repository, *more, status=0, **how):
        done = self.call(word, self.folder / "embedded", repository, *more, **how)
        assert done.returncode == status, (word, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if status == 0 else done.stderr

    def sizes(self):
        return self.registry.sizes()

    def case_a_retag_by_digest_sends_no_layer_and_moves_no_tag(self):
        repository = self.repository("retag")
        assert self.publish(repository, self.image, "1a2b3c4").returncode == 0
        assert self.publish(repository, self.other, "5d6e7f8").returncode == 0
        before = self.sizes()
        assert self.asked("tag", repository, self.image[1], "v1.0.0") == {"changed": True}
        new = {name: size for name, size in self.sizes().items() if name not in before}
        assert sum(new.values()) <= 64 * 1024, new
        assert self.resolved(repository, "v1.0.0") == self.image[1]
        assert self.asked("tag", repository, self.image[1], "v1.0.0") == {"changed": False}
        refused = self.asked("tag", repository, self.other[1], "v1.0.0", status=3)
        assert self.image[1] in refused and self.other[1] in refused, refused
        missing = self.asked("tag", repository, "sha256:" + "0" * 64, "v2.0.0", status=6)
        assert "no such image" in missing, missing
        assert self.resolved(repository, "v2.0.0") is None

    def case_an_artifact_is_kept_under_its_commits_tag_and_never_another(self):
        repository, commit = self.repository("artifacts"), "a" * 40
        assert self.publish(repository, self.image, "aaaaaaa").returncode == 0
        assert self.asked("artifact", repository, commit) is None
        assert self.asked("put-artifact", repository, commit, self.image[1]) == {"written": True}
        read = self.asked("artifact", repository, commit)
        assert read["images"] == {"image": {"repository": repository, "manifest": self.image[1]}}, read
        assert read["bundle_text"] == '{"schema":1}', read
        assert self.asked("put-artifact", repository, commit, self.image[1]) == {"written": False}
        refused = self.asked("put-artifact", repository, commit, self.other[1], status=3)
        assert self.image[1] in refused and self.other[1] in refused, refused
        assert not list((self.folder / "embedded").rglob("documents*")), "a copy was left"

    def case_the_last_mark_of_a_commit_counts(self):
        repository, commit = self.repository("artifacts"), "a" * 40
        assert self.asked("mark-of", repository, commit) is None
        assert "is not yanked" in self.asked("mark", repository, commit, "lifted", status=3)
        for mark in ("yanked", "lifted", "yanked"):
            self.asked("mark", repository, commit, mark)
            assert self.asked("mark-of", repository, commit)["mark"] == mark
        assert "yanked already" in self.asked("mark", repository, commit, "yanked", status=3)

    def case_an_image_is_deleted_where_the_registry_allows_it_and_else_it_says_how(self):
        repository = self.repository("deleted")
        assert self.publish(repository, self.other, "v1").returncode == 0
        assert self.asked("has", repository, self.other[1]) == {"has": True}
        refused = self.asked("remove", repository, self.other[1], status=6)
        assert "storage.delete.enabled" in refused and "once more" not in refused, refused
        self.registry.kill()
        config = json.loads(self.registry.config.read_text())
        config["storage"]["delete"] = {"enabled": True}
        self.registry.config.write_text(json.dumps(config))
        self.registry.start()
        self.asked("remove", repository, self.other[1])
        self.asked("remove", repository, self.other[1])
        assert self.asked("has", repository, self.other[1]) == {"has": False}
        assert self.resolved(repository, "v1") is None

    # ---- copies to another registry, by digest ----

    def second(self):
        """Another registry, with a password of its own, and a home that has the logins of both."""
        if not hasattr(self, "other_registry"):
            self.other_registry = Registry(self.folder / "registry-2", self.certificates, password="another one")
            self.both = self.home_for("both", self.registry.port)
            self.add_login(self.both, self.other_registry.port, "another one")
        return self.other_registry

    def copied(self, to, source, image, tag, status=0, **how):
        how.setdefault("home", self.both)
        return self.asked("copy", to, source, image[1], tag, status=status, **how)

    def case_a_copy_by_digest_goes_from_one_registry_to_another_each_with_its_login(self):
        other = self.second()
        source, to = self.repository("services/copied"), self.repository("prod/services/copied", other.port)
        assert self.publish(source, self.image, "1a2b3c4").returncode == 0
        assert self.copied(to, source, self.image, "v1.0.0") == {"changed": True}
        assert self.resolved(to, "v1.0.0", home=self.both) == self.image[1]
        before = other.sizes()
        assert self.copied(to, source, self.image, "v1.0.0") == {"changed": False}
        assert self.copied(to, source, self.image, "v1.0.1") == {"changed": True}
        new = {name: size for name, size in other.sizes().items() if name not in before}
        assert sum(new.values()) <= 64 * 1024, new
        assert self.publish(source, self.other, "5d6e7f8").returncode == 0
        refused = self.copied(to, source, self.other, "v1.0.0", status=3)
        assert self.image[1] in refused and self.other[1] in refused, refused
        assert self.asked("has", to, self.other[1], home=self.both) == {"has": False}, "nothing is copied for a tag that is another image's"

    def case_a_copy_says_which_of_both_registries_refused_it(self):
        other = self.second()
        source, to = self.repository("services/copied"), self.repository("prod/services/refused", other.port)
        assert self.publish(source, self.image, "1a2b3c4").returncode == 0
        only_first = self.home_for("only-first", self.registry.port)
        shutil.copytree(self.both / ".config", only_first / ".config", dirs_exist_ok=True)
        refused = self.copied(to, source, self.image, "v1", status=6, home=only_first)
        assert to in refused and f"skopeo login 127.0.0.1:{other.port}" in refused, refused
        missing = self.copied(to, source, (None, "sha256:" + "0" * 64), "v1", status=6)
        assert "no such image" in missing and source in missing, missing

    def case_a_copy_goes_on_where_its_registry_was_killed_or_itself(self):
        other = self.second()
        big = self.build("copied-big", os.urandom(60_000_000))
        source = self.repository("services/big")
        assert self.publish(source, big, "1a2b3c4").returncode == 0

        def begun(name):
            to = self.repository(name, other.port)
            words = [self.tool, "copy", self.folder / "embedded", to, source, big[1], "v1"]
            copying = subprocess.Popen(words, env=self.environment(self.both, 30_000), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            uploads = other.folder / f"data/docker/registry/v2/repositories/{name}/_uploads"

            def under_way():
                """a copy is under way"""
                return any(p.stat().st_size > 0 for p in uploads.glob("*/data")) or copying.poll() is not None

            until(under_way)
            assert copying.poll() is None, "the copy was over too early"
            return to, copying

        to, copying = begun("prod/restarted")
        other.kill()
        other.start()
        out, err = copying.communicate(timeout=120)
        assert copying.returncode == 0 and "once more" in err, err
        assert self.resolved(to, "v1", home=self.both) == big[1]
        to, copying = begun("prod/killed")
        copying.kill()
        copying.communicate()
        assert self.resolved(to, "v1", home=self.both) is None, "the tag comes last"
        assert self.copied(to, source, big, "v1") == {"changed": True}
        assert self.resolved(to, "v1", home=self.both) == big[1]

    # ---- rights ----

    def through(self, mode):
        """A proxy that refuses each writing request as registries do, and a home with its login."""
        proxy = BreakingProxy(self.registry.port, self.certificates / "server.crt", self.certificates / "server.key",
                              self.certificates / "ca.crt")
        proxy.refuse(mode)
        return proxy, self.home_for(f"through-{mode}", proxy.port)

    def case_a_login_that_may_only_read_is_told_which_right_it_lacks_and_where(self):
        assert self.publish(self.repository("rights"), self.image, "v1").returncode == 0
        proxy, home = self.through("read-only")
        repository = self.repository("rights", proxy.port)
        for refused in (self.publish(repository, self.other, "v2", home=home, patience=5_000).stderr,
                        self.asked("tag", repository, self.image[1], "v2", status=6, home=home, patience=5_000)):
            assert "the login may not push to this repository" in refused and repository in refused, refused
            assert "once more" not in refused, refused
        refused = self.asked("remove", repository, self.image[1], status=6, home=home, patience=5_000)
        assert "the login may not delete from this repository" in refused, refused
        assert self.resolved(repository, "v1", home=home) == self.image[1]
        assert self.resolved(repository, "v2", home=home) is None
        proxy.close()

    def case_a_registry_that_moves_no_tag_is_not_asked_again(self):
        assert self.publish(self.repository("unmoved"), self.image, "v1").returncode == 0
        proxy, home = self.through("immutable-tags")
        refused = self.publish(self.repository("unmoved", proxy.port), self.other, "v1", "movable", home=home, patience=5_000)
        assert refused.returncode == 3 and "once more" not in refused.stderr, refused.stderr
        assert self.image[1] in refused.stderr and self.other[1] in refused.stderr, refused.stderr
        proxy.close()

    def case_a_registry_that_is_killed_during_a_push_and_comes_back(self):
        big = self.build("big", os.urandom(80_000_000))
        uploads = self.registry.folder / "data/docker/registry/v2/repositories/restarted/_uploads"
        pushing = subprocess.Popen([self.tool, "publish", self.folder / "embedded", self.repository("restarted"), big[0], "v1", "immutable"],
                                   env=self.environment(self.home, 30_000), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def under_way():
            """an upload is under way"""
            return any(p.stat().st_size > 0 for p in uploads.glob("*/data")) or pushing.poll() is not None

        until(under_way)
        self.registry.kill()
        assert pushing.poll() is None, "the push was over before the registry was killed"
        self.registry.start()
        out, err = pushing.communicate(timeout=120)
        assert pushing.returncode == 0, err
        assert "once more" in err, err
        assert json.loads(out)["changed"] is True
        assert self.resolved(self.repository("restarted"), "v1") == big[1]

    def case_any_one_request_may_break(self):
        proxy = BreakingProxy(self.registry.port, self.certificates / "server.crt", self.certificates / "server.key",
                              self.certificates / "ca.crt")
        home = self.home_for("through-proxy", proxy.port)
        small = self.build("small", b"small")
        broken = {}
        for mode in MODES:
            for number in itertools.count(0, 3 if mode == "429" else 1):  # skopeo itself sleeps 2 s at each 429
                proxy.arm(number, mode)
                repository = self.repository(f"broken/{mode}-{number}", proxy.port)
                done = self.publish(repository, small, "v1", home=home)
                assert done.returncode == 0, (mode, number, done.stderr)
                assert self.resolved(repository, "v1", home=home) == small[1], (mode, number)
                if proxy.count <= number or proxy.broken == 0:
                    break
            broken[mode] = number
        proxy.close()
        assert min(broken.values()) > 10, broken
        print("      requests of a push, each broken once:", broken)

    def run(self, only):
        for name in [name for name in vars(Suite) if name.startswith("case_") and only in name]:
            started = time.monotonic()
            try:
                getattr(self, name)()
                verdict = "ok"
            except (AssertionError, subprocess.SubprocessError, OSError, ValueError) as failed:
                self.failures += 1
                verdict = f"FAILED\n      {type(failed).__name__}: {failed}"
            print(f"{time.monotonic() - started:6.1f} s  {name[5:].replace('_', ' ')}: {verdict}", flush=True)
        return 1 if self.failures else 0


def main():
    missing = [name for name in ("docker-registry", "skopeo", "openssl", "htpasswd") if shutil.which(name) is None]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="cicd-registry-"))
    suite = None
    try:
        suite = Suite(Path(sys.argv[1]).resolve(), folder)
        return suite.run(sys.argv[2] if len(sys.argv) > 2 else "")
    finally:
        if suite:
            suite.registry.kill()
            if hasattr(suite, "other_registry"):
                suite.other_registry.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
