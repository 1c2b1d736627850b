#!/usr/bin/env python3
"""An image of one static program, as an OCI layout: the same bytes for the same arguments.

    image.py LAYOUT PROGRAM [NAME=VALUE …]     the variables are its environment, and make its digest

Knows no registry: `skopeo copy oci:LAYOUT docker://…` pushes it."""

import gzip
import hashlib
import io
import json
import platform
import sys
import tarfile
from pathlib import Path

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def layer_of(program):
    """The program at /<its name>, and a /tmp that anyone may write."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(temporary)
        entry = tarfile.TarInfo(program.name)
        entry.size, entry.mode = program.stat().st_size, 0o755
        archive.addfile(entry, io.BytesIO(program.read_bytes()))
    return out.getvalue()


def write_image(layout, program, variables=None, user=None):
    """Writes the layout and gives the digest of the image's manifest."""
    layout, program = Path(layout), Path(program)
    blobs = layout / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def blob(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    def document(value):
        return json.dumps(value, sort_keys=True).encode()

    tar = layer_of(program)
    config = {"Entrypoint": [f"/{program.name}"], "Env": [f"{name}={value}" for name, value in (variables or {}).items()]}
    if user:
        config["User"] = user
    described = {"architecture": MACHINES.get(platform.machine(), platform.machine()), "os": "linux", "config": config,
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest()]}}
    manifest = blob(document({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(document(described), "config.v1+json"),
        "layers": [blob(gzip.compress(tar, 6, mtime=0), "layer.v1.tar+gzip")]}), "manifest.v1+json")
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (layout / "index.json").write_bytes(document({"schemaVersion": 2, "manifests": [manifest]}))
    return manifest["digest"]


if __name__ == "__main__":
    print(write_image(sys.argv[1], sys.argv[2], dict(word.split("=", 1) for word in sys.argv[3:])))
