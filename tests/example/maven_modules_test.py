"""A Maven project of twelve modules as a team has it, without a word of cicd: adopted, built, and only what a change reaches built again."""

import json
import os
import re
import unittest
from pathlib import Path

import java
from java import SOURCE, harness

LIBRARIES = {"money": [], "text": [], "clock": [], "storage": ["money", "clock"], "mail": ["text"], "rules": ["money"], "unused": ["text"]}
SERVICES = {"orders": ["storage", "rules"], "billing": ["storage", "mail"]}


def coordinates(name, scope=""):
    return f"<dependency><groupId>shop</groupId><artifactId>{name}</artifactId>{scope}</dependency>"


def plugins():
    """The versions of JUnit and of the plugins are those of the skeleton, which lie in this machine's Maven repository."""
    skeleton = (SOURCE / "templates/java-maven/service.framework=plain/pom.xml").read_text()
    found = re.findall(r"<artifactId>(maven-(?:resources|compiler|surefire|jar)-plugin)</artifactId>\s*<version>([^<]+)", skeleton)
    return "".join(f"<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>{name}</artifactId><version>{version}</version></plugin>" for name, version in found)


def reactor():
    """By path the files: a parent, `libs` with seven modules below it, two services, and one that has tests alone."""
    skeleton = (SOURCE / "templates/java-maven/service.framework=plain/pom.xml").read_text()
    junit = re.search(r"<junit.version>([^<]+)", skeleton)[1]
    head = '<project xmlns="http://maven.apache.org/POM/4.0.0">\n  <modelVersion>4.0.0</modelVersion>\n'
    managed = "".join(f"<dependency><groupId>shop</groupId><artifactId>{name}</artifactId><version>${{project.version}}</version></dependency>" for name in [*LIBRARIES, *SERVICES])
    files = {"pom.xml": f"""{head}  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1.0-SNAPSHOT</version>
  <packaging>pom</packaging>
  <modules>
    <module>libs</module>
    <module>orders</module>
    <module>billing</module>
    <module>checks</module>
  </modules>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <project.build.outputTimestamp>2024-01-01T00:00:00Z</project.build.outputTimestamp>
  </properties>
  <dependencyManagement><dependencies>{managed}</dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>{junit}</version><scope>test</scope></dependency>
  </dependencies>
  <build><pluginManagement><plugins>{plugins()}</plugins></pluginManagement></build>
</project>
""", ".gitignore": "target/\nbuild/\n"}
    parent = "<parent><groupId>shop</groupId><artifactId>{0}</artifactId><version>1.0-SNAPSHOT</version></parent>"
    files["libs/pom.xml"] = head + parent.format("shop") + "<artifactId>libs</artifactId><packaging>pom</packaging><modules>" + "".join(
        f"<module>{name}</module>" for name in LIBRARIES) + "</modules></project>\n"
    for name, needs in LIBRARIES.items():
        files[f"libs/{name}/pom.xml"] = head + parent.format("libs") + f"<artifactId>{name}</artifactId><dependencies>{''.join(map(coordinates, needs))}</dependencies></project>\n"
        add_sources(files, f"libs/{name}", name)
    for name, needs in SERVICES.items():
        files[f"{name}/pom.xml"] = (head + parent.format("shop") + f"\n  <artifactId>{name}</artifactId><dependencies>{''.join(map(coordinates, needs))}</dependencies><build><plugins><plugin><artifactId>maven-jar-plugin</artifactId>"
                                    f"<configuration><archive><manifest><mainClass>shop.{name}.Main</mainClass></manifest></archive></configuration></plugin></plugins></build></project>\n")
        add_sources(files, name, name)
        files[f"{name}/src/main/java/shop/{name}/Main.java"] = f"package shop.{name};\n\npublic final class Main {{\n  private Main() {{}}\n\n  public static void main(String[] arguments) {{}}\n}}\n"
    files["orders/src/main/resources/application.properties"] = "server.port=8081\n"
    files["billing/src/main/resources/application.properties"] = "server.port=8082\n"
    files["checks/pom.xml"] = head + parent.format("shop") + f"<artifactId>checks</artifactId><dependencies>{coordinates('money')}</dependencies></project>\n"
    add_sources(files, "checks", "checks")
    return files


def add_sources(files, folder, name):
    kind = name.capitalize()
    files[f"{folder}/src/main/java/shop/{name}/{kind}.java"] = f"package shop.{name};\n\npublic final class {kind} {{\n  private {kind}() {{}}\n\n  public static int size() {{\n    return {len(name)};\n  }}\n}}\n"
    files[f"{folder}/src/test/java/shop/{name}/{kind}Test.java"] = (
        f"package shop.{name};\n\nimport static org.junit.jupiter.api.Assertions.assertEquals;\nimport org.junit.jupiter.api.Test;\n\nclass {kind}Test {{\n  @Test\n  void sizeOf{kind}() {{\n"
        f"    assertEquals({len(name)}, {kind}.size());\n  }}\n}}\n")


class Modules(java.Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = tree = java.service(cls.folder / "t")
        for path, text in reactor().items():
            tree.write(path, text)
        tree.commit("as it was")
        tree.env["CICD_TEMPLATE_PATH"] = str(SOURCE / "templates")
        driver = os.environ["CICD_DRIVER"]
        cls.adopted = tree.call([driver, "adopt", "--sources"])
        # The scan is tried with the example; here it would take longer than all the rest.
        text = (tree.source / "CMakeLists.txt").read_text() if cls.adopted.returncode == 0 else ""
        cls.text = text
        if text:
            tree.write("CMakeLists.txt", text)
            tree.commit("adopted")
            cls.configured = tree.configure()
            cls.built = tree.run("orders.build", "billing.build", "orders.test", "billing.test", status=None, timeout=900)
            cls.reports = {step: (tree.build / f".cicd/junit/{step}.test.xml").read_text() for step in SERVICES if cls.built.returncode == 0}

    def setUp(self):
        self.assertEqual(self.adopted.returncode, 0, self.adopted.all)
        self.assertEqual(self.built.returncode, 0, self.built.all)

    def test_all_services_are_declared_in_one_file_each_with_its_module_and_port(self):
        for each in ("project(shop LANGUAGES NONE)", "module=orders  # pom.xml:9", "module=billing  # pom.xml:10",
                     "PORT 8081  # orders/src/main/resources/application.properties:1", "PORT 8082", "add_pipeline(orders\n", "add_pipeline(billing\n"):
            self.assertIn(each, self.text)
        self.assertEqual(self.text.count("project("), 1)
        self.assertFalse((self.tree.source / "orders/CMakeLists.txt").exists())

    def test_each_module_that_a_service_needs_is_tested_by_name(self):
        for step, modules in (("orders", ["Money", "Clock", "Storage", "Rules", "Orders"]), ("billing", ["Money", "Clock", "Storage", "Text", "Mail", "Billing"])):
            self.assertEqual(sorted(re.findall(r'name="sizeOf(\w+)', self.reports[step])), sorted(modules))
        self.assertIn("5 tests", self.built.all)

    def outcomes_after(self, path, old, new):
        self.replace(path, old, new)
        plan = self.tree.plan("orders.build", "billing.build", "orders.test", "billing.test")
        return sorted(one["step"] for one in plan["steps"] if one["decision"] not in ("up-to-date",))

    def test_only_what_needs_a_changed_module_is_built_again(self):
        for path, old, new, steps in (
                ("libs/money/src/main/java/shop/money/Money.java", "return 5", "return 6", ["billing/build", "billing/test", "orders/build", "orders/test"]),
                ("libs/mail/src/main/java/shop/mail/Mail.java", "return 4", "return 5", ["billing/build", "billing/test"]),
                ("libs/rules/src/test/java/shop/rules/RulesTest.java", "5,", "6,", ["orders/test"]),
                ("libs/unused/src/main/java/shop/unused/Unused.java", "return 6", "return 7", []),
                ("checks/src/test/java/shop/checks/ChecksTest.java", "6,", "7,", [])):
            with self.subTest(path):
                self.assertEqual(self.outcomes_after(path, old, new), steps)
                self.doCleanups()

    def test_its_own_SNAPSHOTs_are_not_looked_for_in_the_repository(self):
        self.tree.run("orders.build")
        self.assertEqual(self.tree.outcomes(), {"orders/build": "up-to-date"})

    def test_a_failing_test_of_a_module_is_named(self):
        path = "libs/rules/src/test/java/shop/rules/RulesTest.java"
        self.replace(path, "5,", "6,")
        done = self.tree.run("orders.test", status=1, timeout=300)
        self.assertIn("sizeOfRules", done.all)
        self.assertIn(f"{path}:9", done.all)

    def test_a_module_that_is_not_there_is_refused(self):
        self.tree.write("CMakeLists.txt", self.text.replace("module=orders", "module=order"))
        self.addCleanup(lambda: (self.tree.write("CMakeLists.txt", self.text), self.tree.configure()))
        self.tree.configure()
        done = self.tree.run("orders.build", status=2)
        for each in ("MAVEN_MODULE: there is no such module: 'order'", "did you mean", "orders"):
            self.assertIn(each, done.all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
