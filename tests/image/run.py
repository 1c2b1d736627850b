#!/usr/bin/env python3
"""Images that cicd builds, read and run by the real programs of the field: skopeo, umoci, buildah, runc.

    run.py IMAGE_TOOL [part of a case's name]

A missing program is a failure. Needs root, as runc's and buildah's unpacking do. Every folder is removed at
the end.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent


def ran(*words, **how):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, **how)
    assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def tree(root):
    """Everything below `root` as comparable lines: path, kind, mode, content."""
    lines = {}
    for path in sorted(root.rglob("*")):
        found = path.lstat()
        kind, mode = stat.S_IFMT(found.st_mode), stat.S_IMODE(found.st_mode)
        if stat.S_ISLNK(found.st_mode):
            content, mode = os.readlink(path), 0
        else:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(found.st_mode) else ""
        lines[str(path.relative_to(root))] = (kind, oct(mode), content)
    return lines


class Suite:
    def __init__(self, tool, folder):
        self.tool, self.folder, self.failures = tool, folder, 0
        self.root, self.source = folder / "root", folder / "source"
        self.write_root(self.root)
        self.write_source(self.source)
        self.layout = folder / "layout"
        self.built = self.build(self.layout, "cache")

    def write_root(self, root):
        for name, mode in (("tmp", 0o1777), ("etc", 0o755), ("proc", 0o755), ("dev", 0o755), ("sys", 0o755), ("var/empty", 0o700)):
            (root / name).mkdir(parents=True)
            (root / name).chmod(mode)
        (root / "etc/passwd").write_text("app:x:10001:10001::/:/bin/false\n")
        (root / "etc/ünïcödé").write_text("name\n")
        (root / "etc/secret").write_text("no\n")
        (root / "etc/secret").chmod(0o600)
        (root / "bin").symlink_to("usr/bin")
        (root / "usr/bin").mkdir(parents=True)

    def write_source(self, source, names=("data", "more", "zzz"), when=None):
        (source / "lib" / ("n" * 120)).mkdir(parents=True)
        for name in names:
            (source / "lib" / name).write_text(name * 1000)
        (source / "lib/link").symlink_to("data")
        (source / "lib" / ("n" * 120) / ("m" * 120)).write_text("long")
        if not (self.folder / "answer").exists():
            ran("gcc", "-static", "-O1", "-o", self.folder / "answer", HERE / "answer.c")
        shutil.copy(self.folder / "answer", source / "answer")
        if when:
            for path in source.rglob("*"):
                os.utime(path, (when, when), follow_symlinks=False)

    def words(self, layout, cache, threads=2, root=None, source=None):
        source = source or self.source
        return [self.tool, "build", layout, self.folder / cache, threads, f"rootfs:{root or self.root}",
                f"dependencies={source}/lib:/app/lib", f"application={source}/answer:/app/answer", "--", "/app/answer", "serve"]

    def build(self, layout, cache, **how):
        umask = os.umask(how.pop("umask", 0o022))
        try:
            return json.loads(ran(*self.words(layout, cache, **how)))
        finally:
            os.umask(umask)

    def unpacked(self, name):
        ran("umoci", "unpack", "--image", self.layout, self.folder / name)
        return self.folder / name

    # ---- cases ----

    def case_skopeo_inspects_it(self):
        told = json.loads(ran("skopeo", "inspect", f"oci:{self.layout}"))
        assert told["Digest"] == self.built["manifest"]
        assert told["Layers"] == [layer["blob"] for layer in self.built["layers"]]
        config = json.loads(ran("skopeo", "inspect", "--config", f"oci:{self.layout}"))
        assert config["config"]["User"] == "10001" and config["config"]["Entrypoint"] == ["/app/answer", "serve"]
        assert config["rootfs"]["diff_ids"] == [layer["diff_id"] for layer in self.built["layers"]]

    def case_every_blob_is_a_gzip_of_a_tar_with_the_diff_id(self):
        for layer in self.built["layers"]:
            packed = (self.layout / "blobs/sha256" / layer["blob"][7:]).read_bytes()
            assert hashlib.sha256(packed).hexdigest() == layer["blob"][7:] and len(packed) == layer["size"]
            plain = gzip.decompress(packed)
            assert "sha256:" + hashlib.sha256(plain).hexdigest() == layer["diff_id"]
            members = tarfile.open(fileobj=io.BytesIO(plain)).getmembers()
            names = [member.name for member in members]
            assert names == sorted(names, key=os.fsencode), names
            assert all((m.mtime, m.uid, m.gid, m.uname, m.gname) == (1, 0, 0, "", "") for m in members)

    def case_umoci_unpacks_the_same_tree(self):
        expected = tree(self.root)
        lib = tree(self.source / "lib")
        expected["app"] = expected["app/lib"] = (stat.S_IFDIR, oct(0o755), "")
        expected |= {f"app/lib/{name}": line for name, line in lib.items()}
        expected["app/answer"] = (stat.S_IFREG, oct(0o755), hashlib.sha256((self.source / "answer").read_bytes()).hexdigest())
        found = tree(self.unpacked("bundle-compared") / "rootfs")
        assert found == expected, sorted(set(found.items()) ^ set(expected.items()))

    def case_buildah_reads_it(self):
        store = ["--root", self.folder / "buildah", "--runroot", self.folder / "buildah-run", "--storage-driver", "vfs"]
        # Relative: the path becomes an image's name, which not every folder's name can be.
        name = ran("buildah", *store, "from", "--pull", f"oci:{self.layout.relative_to(self.folder)}", cwd=self.folder).strip()
        told = json.loads(ran("buildah", *store, "inspect", name))
        assert told["OCIv1"]["config"]["Entrypoint"] == ["/app/answer", "serve"], told["OCIv1"]
        mounted = Path(ran("buildah", *store, "mount", name).strip())
        assert (mounted / "app/lib/data").read_text() == "data" * 1000
        ran("buildah", *store, "rm", name)

    def case_runc_runs_it_read_only_as_a_numeric_user_without_rights(self):
        bundle = self.unpacked("bundle-run")
        config = json.loads((bundle / "config.json").read_text())
        assert config["process"]["user"]["uid"] == 10001, config["process"]["user"]
        config["root"]["readonly"] = True
        config["process"].update(terminal=False, noNewPrivileges=True, capabilities={kind: [] for kind in (
            "bounding", "effective", "inheritable", "permitted", "ambient")})
        config["process"]["env"].append("GREETING=hello")
        config["linux"].pop("resources", None)
        (bundle / "config.json").write_text(json.dumps(config))
        name = f"cicd-image-{os.getpid()}"
        done = subprocess.run(["runc", "--root", self.folder / "runc", "run", "--bundle", bundle, name], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        assert done.returncode == 42, (done.returncode, done.stdout, done.stderr)
        lines = done.stdout.splitlines()
        assert lines[0].startswith("uid=10001") and "words=2 greeting=hello folder=/" in lines[0], lines
        assert lines[1].split() == ["CapEff:", "0" * 16], lines
        assert lines[2] == "write: Read-only file system" and lines[3] == "data: readable", lines

    def case_the_digest_is_the_same_elsewhere_another_day_in_another_order_by_another_user_mask_and_thread_count(self):
        other = self.folder / "another place, ünd söme"
        umask = os.umask(0o077)
        self.write_source(other, names=("zzz", "more", "data"), when=86_400 * 365)
        os.umask(umask)
        for threads, mask in ((1, 0o077), (8, 0o000)):
            built = self.build(self.folder / f"layout-{threads}", f"cache-{threads}", threads=threads, source=other, umask=mask)
            assert built["manifest"] == self.built["manifest"], threads
            assert not any(layer["reused"] for layer in built["layers"])

    def case_an_unchanged_layer_is_not_built_again(self):
        source = self.folder / "changed"
        shutil.copytree(self.source, source, symlinks=True)
        with open(source / "answer", "ab") as answer:
            answer.write(b"more")
        built = self.build(self.folder / "layout-changed", "cache", source=source)
        assert [layer["reused"] for layer in built["layers"]] == [True, True, False]

    def case_killed_at_any_moment_it_leaves_the_old_image_or_the_new(self):
        big = self.folder / "big"
        shutil.copytree(self.source, big, symlinks=True)
        layout, old, found_new = self.folder / "layout-killed", None, 0
        for i in range(40):
            (big / "lib/noise").write_bytes(os.urandom(3_000_000))
            started = time.monotonic()
            new = self.build(self.folder / "layout-whole", "cache-whole", source=big)["manifest"]
            whole = time.monotonic() - started
            process = subprocess.Popen([str(word) for word in self.words(layout, "cache-killed", source=big)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if i % 10 < 9:  # The tenth comes to its end, however slow the machine is.
                time.sleep(whole * (i % 10) / 9)
                process.kill()
            process.wait()
            found = self.read(layout)
            assert found in (old, new), (found, old, new)
            found_new += found == new
            old = found
        assert 0 < found_new < 40, found_new
        self.build(layout, "cache-killed", source=big)
        assert not list((self.folder / "cache-killed/unfinished").iterdir())

    def read(self, layout):
        done = subprocess.run([self.tool, "read", layout], capture_output=True, text=True)
        if done.returncode == 2:
            return None
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["manifest"]

    def case_a_killed_publish_leaves_every_tag_readable(self):
        embedded = self.folder / "registry"
        for i in range(30):
            publishing = subprocess.Popen([self.tool, "publish", embedded, "services/orders", self.layout, f"v{i}", "immutable"],
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.002 * i)
            publishing.kill()
            publishing.wait()
        ran(self.tool, "publish", embedded, "services/orders", self.layout, "last", "immutable")
        index = json.loads((embedded / "services/orders/index.json").read_text())
        tags = [one["annotations"]["org.opencontainers.image.ref.name"] for one in index["manifests"]]
        for tag in tags:
            told = json.loads(ran("skopeo", "inspect", f"oci:{embedded}/services/orders:{tag}"))
            assert told["Digest"] == self.built["manifest"]

    def case_a_full_disk_is_an_error_and_nothing_is_kept(self):
        def limit():
            import resource
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        layout, cache = self.folder / "layout-full", "cache-full"
        done = subprocess.run([str(word) for word in self.words(layout, cache)], capture_output=True, text=True, preexec_fn=limit)
        assert done.returncode == 7, (done.returncode, done.stderr)
        assert self.read(layout) is None
        assert not list((self.folder / cache / "unfinished").iterdir())
        assert self.build(layout, cache)["manifest"] == self.built["manifest"]

    def run(self, only):
        for name in [name for name in vars(Suite) if name.startswith("case_") and only in name]:
            started = time.monotonic()
            try:
                getattr(self, name)()
                verdict = "ok"
            except (AssertionError, subprocess.SubprocessError, OSError, ValueError, KeyError) as failed:
                self.failures += 1
                verdict = f"FAILED\n      {type(failed).__name__}: {failed}"
            print(f"{time.monotonic() - started:6.1f} s  {name[5:].replace('_', ' ')}: {verdict}", flush=True)
        return 1 if self.failures else 0


def main():
    missing = [name for name in ("skopeo", "umoci", "buildah", "runc", "gcc") if shutil.which(name) is None]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}")
    if os.geteuid() != 0:
        sys.exit("needs root: umoci, buildah and runc unpack and run as it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="cicd-image-"))
    try:
        return Suite(Path(sys.argv[1]).resolve(), folder).run(sys.argv[2] if len(sys.argv) > 2 else "")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
