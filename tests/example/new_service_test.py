"""A new service of java-maven: what `cicd new` prints works, its image answers and ends, and a failing test is named."""

import re
import unittest

import java
from java import harness


class NewService(java.Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = java.service(cls.folder / "t")  # its folder is where the service is made
        cls.tree.env.update({f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                             for what, value in (("NAME", "Jane Doe"), ("EMAIL", "jane@example.com"))})
        maker = harness.Tree(cls.folder / "maker", home=cls.tree.home)
        maker.declare("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n").configure()
        made = cls.tree.call([maker.launcher, "new", "java-maven", "orders-api", "--set", "port=9000", "--set", "group=shop.web"])
        cls.ran = [made]
        for command in re.findall(r"(?m)^  (cmake .+)$", made.stdout):
            cls.ran.append(cls.tree.call(["sh", "-c", command], timeout=900))
        cls.tree.source, cls.tree.build = cls.tree.source / "orders-api", cls.tree.source / "orders-api/build"
        cls.outcomes = [cls.tree.outcomes()]
        cls.tree.make("deploy-stage")
        cls.outcomes.append(cls.tree.outcomes())

    def setUp(self):
        self.assertEqual([done.returncode for done in self.ran], [0, 0, 0], "".join(done.all for done in self.ran))

    def test_its_tests_ran_and_nothing_is_left_to_do(self):
        first, second = self.outcomes
        self.assertEqual(first["orders-api/test"], "ran")
        self.assertEqual(set(second.values()), {"up-to-date"})
        self.assertEqual(self.tree.git("status", "--porcelain"), "")

    def test_its_image_answers_and_ends_with_0_on_TERM(self):
        layout, folder, port = self.tree.work("orders-api/image") / "layout", self.folder / "container", java.free_port()
        folder.mkdir()
        with java.Container(layout, folder, {"PORT": port, "VERSION": "1.2.3"}) as container:
            self.assertEqual(container.answer(f"http://127.0.0.1:{port}/health"), (200, "ok\n"))
            self.assertEqual(container.answer(f"http://127.0.0.1:{port}/"), (200, "orders-api 1.2.3\n"))
            self.check_is_unprivileged(container)
            self.assertEqual(container.terminate(), 0)
        job = self.folder / "job"
        job.mkdir()
        with java.Container(layout, job, {}, ["java", "-jar", "/app/app.jar", "cleanup"]) as container:
            self.assertEqual(container.process.wait(60), 0)
        self.assertIn("nothing to clean up", (job / "log.txt").read_text())

    def test_a_failing_test_is_named_with_its_line(self):
        path = self.tree.source / "src/main/java/shop/web/ordersapi/Server.java"
        text = path.read_text()
        self.addCleanup(path.write_text, text)
        path.write_text(text.replace('200, "ok\\n"', '200, "no\\n"'))
        done = self.tree.run("orders-api.test", status=1, timeout=600)
        self.assertRegex(done.all, r"ServerTest\.isHealthy +src/test/java/shop/web/ordersapi/ServerTest\.java:\d+")


if __name__ == "__main__":
    unittest.main(verbosity=2)
