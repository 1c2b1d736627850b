"""A Spring Boot application that was not adapted: its fat jar becomes the layers that its own layers.idx names, and starts."""

import gzip
import io
import json
import tarfile
import unittest
import zipfile

import java
from java import SOURCE, harness

CALLS = "add_pipeline(demo TEMPLATE java-maven BASE rootfs:runtime.tar BASE_AFTER runtime)\n" + java.RUNTIME.format("demo")


class SpringBoot(java.Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tree = cls.tree = java.service(cls.folder / "t", SOURCE / "tests/projects/spring-boot")
        tree.write("make-runtime", java.runtime(), 0o755)
        tree.declare(CALLS)
        tree.commit()
        tree.configure()
        cls.built = tree.run("demo.image", status=None, timeout=900)

    def setUp(self):
        self.assertEqual(self.built.returncode, 0, self.built.all)
        self.layout = self.tree.work("demo/image") / "layout"

    def blob(self, digest):
        return (self.layout / "blobs/sha256" / digest.split(":")[1]).read_bytes()

    def test_its_layers_are_those_of_layers_idx_in_that_order(self):
        jar, = (path for path in (self.tree.work("demo/build") / "target").glob("*.jar"))
        with zipfile.ZipFile(jar) as archive:
            index = archive.read("BOOT-INF/layers.idx").decode()
            files = [name for name in archive.namelist() if not name.endswith("/")]
        wanted, current = [], None
        for line in index.splitlines():
            if line.startswith("- "):
                current = (line[2:].strip(' ":'), [])
                wanted.append(current)
            else:
                current[1].append(line.strip(' -"'))
        holding = [(name, paths) for name, paths in wanted if any(file == path or (path.endswith("/") and file.startswith(path)) for file in files for path in paths)]
        manifest = json.loads(self.blob(json.loads((self.layout / "index.json").read_text())["manifests"][0]["digest"]))
        layers = [sorted(member.name for member in tarfile.open(fileobj=io.BytesIO(gzip.decompress(self.blob(layer["digest"])))) if member.isfile())
                  for layer in manifest["layers"]]
        self.assertEqual(len(layers), 1 + len(holding), [name for name, _ in wanted])
        tops = [name for name, _ in holding]
        self.assertLess(tops.index("dependencies"), tops.index("application"))
        dependencies = [name for name in layers[1 + tops.index("dependencies")]]
        self.assertGreater(len(dependencies), 20)
        self.assertTrue(all(name.endswith(".jar") for name in dependencies), dependencies[:5])
        self.assertTrue(any("DemoApplication.class" in name or name.endswith(".jar") for name in layers[-1]), layers[-1])

    def test_it_starts_and_answers(self):
        folder, port = self.folder / "container", java.free_port()
        folder.mkdir()
        with java.Container(f"{self.layout}", folder, {"SERVER_PORT": port}) as container:
            status, text = container.answer(f"http://127.0.0.1:{port}/actuator/health", 120)
            self.assertEqual((status, json.loads(text)["status"]), (200, "UP"))
            self.check_is_unprivileged(container)
            self.assertIn(container.terminate(), (0, 143))


if __name__ == "__main__":
    unittest.main(verbosity=2)
