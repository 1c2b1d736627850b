"""Real compilers for two platforms: Go, Rust, C++ and a jar, each one index with the same bytes every time, of which the image for arm64 starts under qemu-user."""

import json
import re
import signal
import subprocess
import unittest
import urllib.request
from pathlib import Path

import java
from java import SOURCE, harness

FILES = {
    "server/go.mod": "module example.com/server\n\ngo 1.21\n",
    "server/main.go": '''package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	go func() { <-end; os.Exit(0) }()
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "go on %s", runtime.GOARCH) })
	fmt.Println(http.ListenAndServe(":8080", nil))
}
''',
    "crate/Cargo.toml": '[package]\nname = "crate"\nversion = "0.1.0"\nedition = "2021"\n',
    "crate/Cargo.lock": 'version = 3\n\n[[package]]\nname = "crate"\nversion = "0.1.0"\n',
    "crate/src/main.rs": 'fn main() {\n    println!("rust on {}", std::env::consts::ARCH);\n}\n',
    "plus/main.cpp": '#include <sys/utsname.h>\n\n#include <iostream>\n#include <string>\n\nint main() {\n  utsname about{};\n  uname(&about);\n  std::cout << "c++ on " << about.machine << std::endl;\n}\n',
    "jar/Main.java": 'public final class Main {\n  public static void main(String[] words) {\n    System.out.println("java on " + System.getProperty("os.arch"));\n  }\n}\n',
    # In the place of a runtime, in a base for each platform: it says which it is for.
    "jar/runtime.cpp": '#include <iostream>\n\n#ifdef arm64\nconst char* const name = "arm64";\n#else\nconst char* const name = "amd64";\n#endif\n\n'
                       'int main(int count, char** words) {\n  std::cout << "for " << name << ": " << words[count - 1] << std::endl;\n}\n',
}
CALLS = r"""
add_pipeline(server DIRECTORY server)
pipeline_step(server build TOOLS go INPUTS *.go go.mod OUTPUTS out/ CACHE_DIRS ~/.cache/go-build
  SHELL "for arch in amd64 arm64; do CGO_ENABLED=0 GOARCH=$arch go build -trimpath -o out/$arch/server . || exit; done")
pipeline_image(server PLATFORMS linux/amd64 linux/arm64 BASE scratch FILES out/{arch}/server=/server ENTRYPOINT /server)
pipeline_service(server api PORT 8080)

add_pipeline(plus DIRECTORY plus)
pipeline_step(plus build TOOLS g++ aarch64-linux-gnu-g++ INPUTS *.cpp OUTPUTS out/
  SHELL "mkdir -p out/amd64 out/arm64; g++ -O1 -static -o out/amd64/plus main.cpp; aarch64-linux-gnu-g++ -O1 -static -o out/arm64/plus main.cpp")
pipeline_image(plus PLATFORMS linux/amd64 linux/arm64 BASE scratch FILES out/{arch}/plus=/plus ENTRYPOINT /plus)

add_pipeline(crate DIRECTORY crate)
pipeline_step(crate build TOOLS cargo rustc INPUTS Cargo.toml Cargo.lock src/ OUTPUTS out/ PASS_ENV RUSTUP_HOME CARGO_HOME
  SHELL "one() {
  RUSTFLAGS=\"-C linker=rust-lld --remap-path-prefix=$PWD=.\" cargo build --quiet --release --locked --offline --target $1-unknown-linux-musl
  install -D target/$1-unknown-linux-musl/release/crate out/$2/crate
}
one x86_64 amd64
one aarch64 arm64")
pipeline_image(crate PLATFORMS linux/amd64 linux/arm64 BASE scratch FILES out/{arch}/crate=/crate ENTRYPOINT /crate)

add_pipeline(jar DIRECTORY jar)
pipeline_step(jar build TOOLS javac jar INPUTS *.java OUTPUTS Main.jar
  SHELL "javac --release 17 -d classes Main.java; jar --create --file Main.jar --date 2024-01-01T00:00:00Z --main-class Main -C classes .")
pipeline_step(jar runtime TOOLS g++ aarch64-linux-gnu-g++ tar INPUTS runtime.cpp OUTPUTS runtime-*.tar
  SHELL "one() {
  mkdir -p $2/java/bin
  $1 -O1 -static -D$2 -o $2/java/bin/java runtime.cpp
  tar -C $2 -cf runtime-$2.tar --sort=name --mtime=@0 --owner=0 --group=0 java
}
one g++ amd64
one aarch64-linux-gnu-g++ arm64")
pipeline_image(jar PLATFORMS linux/amd64 linux/arm64 BASE rootfs:runtime-{arch}.tar FILES Main.jar=/app/Main.jar AFTER build runtime
  ENTRYPOINT /java/bin/java -jar /app/Main.jar)
"""
KINDS = ("server", "plus", "crate", "jar")
SAYS = {"plus": {"amd64": "c++ on x86_64", "arm64": "c++ on aarch64"}, "crate": {"amd64": "rust on x86_64", "arm64": "rust on aarch64"},
        "jar": {"amd64": "for amd64: /app/Main.jar", "arm64": "for arm64: /app/Main.jar"}}


def rust_targets():
    """Those whose standard library is here."""
    root = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
    return {each.name for each in Path(root, "lib/rustlib").glob("*-unknown-linux-musl")}


class Platforms(java.Suite):
    def made(self, name):
        """A checkout where nothing was built before."""
        tree = java.service(self.folder / name)
        for cache in (".cargo", ".rustup", ".cache/go-build"):
            if (Path.home() / cache).exists():
                (tree.home / cache).parent.mkdir(parents=True, exist_ok=True)
                (tree.home / cache).symlink_to(Path.home() / cache)
        go = subprocess.run([str(SOURCE / "tests/cluster/cluster"), "go"], capture_output=True, text=True).stdout.strip()
        if go:
            tree.env["PATH"] = f"{Path(go).parent}:{tree.env['PATH']}"
        for path, text in FILES.items():
            tree.write(path, text)
        tree.declare(CALLS)
        tree.commit()
        tree.configure()
        return tree

    def digests(self, tree, kinds):
        return {kind: json.loads(tree.cicd("image", "inspect", kind, "--json").stdout)["images"][0]["digest"] for kind in kinds}

    def says(self, tree, kind, name):
        if kind in SAYS:
            self.assertIn(SAYS[kind][name], tree.cicd("image", "run", kind, "--platform", f"linux/{name}").stdout)
            return
        process = tree.start(tree.launcher, "image", "run", kind, "--platform", f"linux/{name}")
        self.addCleanup(lambda: (process.kill(), process.wait()))
        url = harness.until(lambda: re.search(r"http://127\.0\.0\.1:\d+", (tree.root / "out.txt").read_text()), 60, "the service")[0]
        with urllib.request.urlopen(url, timeout=30) as got:
            self.assertEqual(got.read().decode(), f"go on {name}")
        process.send_signal(signal.SIGINT)
        process.wait(30)

    def test_each_is_one_index_of_the_same_bytes_and_starts_on_both(self):
        tree = self.made("one")
        kinds = [kind for kind in KINDS if kind != "crate" or len(rust_targets()) == 2]
        tree.run(*(f"{kind}.image" for kind in kinds), timeout=600)
        for kind in kinds:
            with self.subTest(kind):
                shown, = json.loads(tree.cicd("image", "inspect", kind, "--json").stdout)["images"]
                self.assertEqual(shown["platforms"], ["linux/amd64", "linux/arm64"])
                for name in ("amd64", "arm64"):
                    self.says(tree, kind, name)
        other = self.made("another")
        other.run(*(f"{kind}.image" for kind in kinds), timeout=600)
        self.assertEqual(set(other.outcomes().values()), {"ran"})
        self.assertEqual(self.digests(other, kinds), self.digests(tree, kinds))

    def test_what_is_missing_for_a_platform_is_said_with_the_step_that_lacks_it(self):
        tree = self.made("lacking")
        only = tree.root / "only"
        only.mkdir()
        for program in ("g++", "sh", "git", "cmake", "ninja", "as", "ld", "install", "mkdir"):
            (only / program).symlink_to(harness.tool(program))
        done = tree.run("plus.image", status=2, env={"PATH": str(only)})
        self.assertIn("plus/build", done.all)
        self.assertIn("'aarch64-linux-gnu-g++'", done.all)
        self.assertIn("g++-aarch64-linux-gnu", done.all)
        # Debian's compiler, and one of rustup without the target, have no library for it.
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text().replace("one aarch64 arm64", "one riscv64gc arm64"))
        tree.configure()
        done = tree.run("crate.image", status=1, timeout=300)
        for part in ("crate/build", "the Rust compiler has no standard library for that target", "-unknown-linux-musl", "rustup target add"):
            self.assertIn(part, done.all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
