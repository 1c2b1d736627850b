#!/usr/bin/env python3
"""Builds a driver out of a copy of the sources with every tests/seams/*.patch applied, and a package that uses it.

    build.py SOURCE WORK CMAKE [-D…]

WORK gets `source`, the patched copy, whose files change only where their content does, so that a second build is short; `build`;
and `package`, for find_package(cicd). It knows no patch."""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

PARTS = ("CMakeLists.txt", "VERSION", "cmake", "driver", "include", "templates")


def run(words, env=None):
    if subprocess.run([str(word) for word in words], env={**os.environ, **(env or {})}).returncode != 0:
        sys.exit(f"seams: failed: {' '.join(map(str, words))}")


def copy_parts(source, to):
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for part in PARTS:
        (shutil.copytree if (source / part).is_dir() else shutil.copy2)(source / part, to / part)


def apply_patches(folder, to):
    patches = sorted(folder.glob("*.patch"))
    if not patches:
        sys.exit(f"seams: there is no patch: {folder}")
    for patch in patches:
        # The copy may lie within a repository, whose own paths are not meant.
        done = subprocess.run(["git", "apply", "-C1", "--whitespace=nowarn", str(patch)], cwd=to,
                              env={**os.environ, "GIT_CEILING_DIRECTORIES": str(to.parent)})
        if done.returncode != 0:
            sys.exit(f"seams: {patch.name} no longer applies: the seam that it shows has moved; write it anew, see CMakeLists.txt")


def files_of(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def take_over(new, old):
    """Makes `old` what `new` is; a file of the same content keeps its time."""
    for name in files_of(old) - files_of(new):
        (old / name).unlink()
    for name in files_of(new):
        if not (old / name).is_file() or not filecmp.cmp(new / name, old / name, shallow=False):
            (old / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(new / name, old / name)
    shutil.rmtree(new)


def main():
    source, work, cmake, options = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:]
    new, copy, build, package = work / "new", work / "source", work / "build", work / "package"
    copy_parts(source, new)
    apply_patches(source / "tests/seams", new)
    run([cmake, "-P", new / "cmake/dev/field_docs.cmake"])
    take_over(new, copy)
    run([cmake, "-S", copy / "driver", "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
         "-DCICD_WARNINGS=-Wall;-Wextra;-Wpedantic;-Werror", *options])
    run([cmake, "--build", build, "--target", "cicd"], {"CCACHE_BASEDIR": str(work), "CCACHE_NOHASHDIR": "1"})
    package.mkdir(exist_ok=True)
    (package / "cicd-config.cmake").write_text(
        f'include([==[{copy}/cmake/cicd.cmake]==])\n_cicd_use("{(copy / "VERSION").read_text().strip()}" [==[{copy}]==] '
        f'[==[{copy}/templates]==] [==[{copy}/include]==] [==[{build}/cicd]==] [==[{build}/libcicd_typed.a]==])\n')


main()
