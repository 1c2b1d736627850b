"""Base images for tests: layers of a few files as OCI layouts, a shell among them, and a registry that holds them. Knows no case."""

import gzip
import hashlib
import io
import json
import platform
import re
import subprocess
import tarfile
from pathlib import Path

import harness

HERE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
OTHER = "arm64" if HERE == "amd64" else "amd64"


def shell():
    """A shell, `cat` and `id`, with the libraries that they are linked to."""
    files = {}
    for program in ("/bin/dash", "/bin/cat", "/usr/bin/id"):
        files["bin/" + {"dash": "sh"}.get(Path(program).name, Path(program).name)] = Path(program).read_bytes()
        for library in re.findall(r"/[^ ]+", subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout):
            files[library.lstrip("/")] = Path(library).read_bytes()
    return files


def layer(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755
            if isinstance(content, tuple):  # a link
                entry.type, entry.linkname = tarfile.SYMTYPE, content[0]
                archive.addfile(entry)
                continue
            data = content.encode() if isinstance(content, str) else content
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def write(layout, layers, config=None, architectures=(HERE,)):
    """An image of these layers, or an index of images that differ in their architecture alone. Gives the digest."""
    blobs = Path(layout) / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def blob(data, kind):
        data = data if isinstance(data, bytes) else json.dumps(data, sort_keys=True).encode()
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    tars = [layer(files) for files in layers]
    images = []
    for each in architectures:  # `amd64`, or `arm/v7`
        architecture = dict(zip(("architecture", "variant"), each.split("/")))
        described = blob({**architecture, "os": "linux", "config": config or {}, "history": [{"created_by": "a test"} for _ in tars], "rootfs": {
            "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]}}, "config.v1+json")
        manifest = blob({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": described,
                         "layers": [blob(gzip.compress(tar, 1, mtime=0), "layer.v1.tar+gzip") for tar in tars]}, "manifest.v1+json")
        images.append({**manifest, "platform": {"os": "linux", **architecture}})
    if len(images) > 1:
        images = [blob({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": images}, "index.v1+json")]
    (Path(layout) / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    named = {**images[0], "annotations": {"org.opencontainers.image.ref.name": "it"}}
    (Path(layout) / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
    return images[0]["digest"]


class Case(harness.Case):
    """A registry with bases, and trees that trust it."""

    def setUp(self):
        super().setUp()
        self.address, self.data = self.registry()
        self.count = 0

    def push(self, name, layers, **how):
        """`name` is `<repository>:<tag>`. Gives the digest that the registry has under it."""
        self.count += 1
        layout = self.folder / f"base-{self.count}"
        digest = write(layout, layers, **how)
        subprocess.run([harness.tool("skopeo"), "copy", "--all", "--quiet", "--preserve-digests", "--dest-tls-verify=false", "oci:.:it",
                        f"docker://{self.address}/{name}"], cwd=layout, check=True)  # a path may hold what parts names
        return digest

    def project(self, calls, **files):
        tree = self.tree()
        self.trust(tree, self.address)
        for name, text in files.items():
            tree.write(name.replace("__", "/").replace("_dot_", "."), text)
        tree.declare(calls.replace("REGISTRY", self.address))
        tree.commit()
        tree.configure()
        return tree

    def go_offline(self, tree):
        """Its programs no longer find the registry."""
        (tree.home / ".config/containers/registries.conf").write_text(f'[[registry]]\nprefix = "{self.address}"\nlocation = "nowhere.invalid"\n')

    def image(self, tree, step="app/image"):
        """Manifest digest, config and the files of the layers of a built image, the last of a name."""
        layout = tree.work(step) / "layout"
        manifest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
        read = lambda digest: (layout / "blobs/sha256" / digest.split(":")[1]).read_bytes()
        document = json.loads(read(manifest))
        files, times = {}, set()
        for each in document["layers"]:
            with tarfile.open(fileobj=io.BytesIO(gzip.decompress(read(each["digest"])))) as archive:
                for entry in archive:
                    files[entry.name.lstrip("./")] = archive.extractfile(entry).read() if entry.isfile() else entry.linkname
                    times.add(entry.mtime)
        return manifest, json.loads(read(document["config"]["digest"])), files, times
