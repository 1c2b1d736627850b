"""Maven with a repository that wants a login: settings.xml reads it from the environment, a step has it by SECRETS, and nobody prints it."""

import base64
import http.server
import io
import re
import shutil
import threading
import unittest
import zipfile
from pathlib import Path

import java
from java import SOURCE, harness
from maven_modules_test import plugins

PASSWORD = "correct-horse-battery"
POM = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>{}</project>'
KEPT = Path.home() / ".m2/repository/cicd/tests/login"


class Repository(http.server.BaseHTTPRequestHandler):
    """One artifact behind a login."""
    files, asked = {}, []

    def do_GET(self):
        right = "Basic " + base64.b64encode(f"team:{PASSWORD}".encode()).decode()
        given = self.headers.get("Authorization")
        self.asked.append(given == right)
        body = self.files.get(self.path) if given == right else None
        self.send_response(401 if given != right else 200 if body is not None else 404)
        if given != right:
            self.send_header("WWW-Authenticate", 'Basic realm="team"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


class Settings(java.Suite):
    def setUp(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Repository)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(shutil.rmtree, KEPT, ignore_errors=True)
        jar = io.BytesIO()
        with zipfile.ZipFile(jar, "w") as archive:
            archive.writestr("login.txt", "hello")
        at = "/cicd/tests/login/lib/1.0/lib-1.0"
        Repository.asked.clear()
        Repository.files = {at + ".jar": jar.getvalue(), at + ".pom": POM.format("<groupId>cicd.tests.login</groupId><artifactId>lib</artifactId><version>1.0</version>").encode()}
        self.tree = tree = java.service(self.folder / self.id())
        url = f"http://127.0.0.1:{server.server_port}/"
        tree.write(".mvn/settings.xml", "<settings><servers><server><id>team</id><username>team</username><password>${env.REPO_PASSWORD}</password></server></servers></settings>")
        tree.write(".mvn/maven.config", "--settings .mvn/settings.xml\n")
        tree.write("pom.xml", POM.format(
            "<groupId>shop</groupId><artifactId>orders</artifactId><version>1.0</version><properties><maven.compiler.release>17</maven.compiler.release></properties>"
            f"<repositories><repository><id>team</id><url>{url}</url></repository></repositories>"
            "<dependencies><dependency><groupId>cicd.tests.login</groupId><artifactId>lib</artifactId><version>1.0</version></dependency></dependencies>"
            f"<build><plugins>{plugins()}</plugins></build>"))
        tree.write("src/main/java/shop/Main.java", "package shop;\n\npublic final class Main {\n  private Main() {}\n}\n")

    def build(self, calls="", status=0, **env):
        self.tree.declare("add_pipeline(orders TEMPLATE java-maven)\n" + calls)
        self.tree.configure()
        return self.tree.run("orders.build", status=status, timeout=300, env=env)

    SECRET = "pipeline_secret(orders repo-password PASS_ENV TEAM_TOKEN)\npipeline_step(orders build SECRETS repo-password)\n"

    def test_the_login_is_a_secret_of_the_step_and_nowhere_else(self):
        done = self.build(self.SECRET, TEAM_TOKEN=PASSWORD)
        self.assertIn(True, Repository.asked)
        for path in [*(self.tree.build / ".cicd").rglob("*"), *(self.tree.home / "cache").rglob("*")]:
            if path.is_file():
                self.assertNotIn(PASSWORD.encode(), path.read_bytes(), path)
        self.assertNotIn(PASSWORD, done.all)
        self.tree.run("orders.build", env={"TEAM_TOKEN": "another"})
        self.assertEqual(self.tree.outcomes(), {"orders/build": "up-to-date"}, "the password is no part of the key")

    def test_what_maven_prints_of_it_is_masked(self):
        self.tree.write(".mvn/maven.config", "--settings .mvn/settings.xml -X\n")
        self.tree.write("pom.xml", (self.tree.source / "pom.xml").read_text().replace("<properties>", "<name>${env.REPO_PASSWORD}</name><properties>"))
        done = self.build(self.SECRET, TEAM_TOKEN=PASSWORD)
        self.assertIn("Building ***", done.all)
        self.assertNotIn(PASSWORD, done.all)

    def test_without_the_secret_the_repository_refuses(self):
        done = self.build(status=1)
        self.assertRegex(done.all, "(?i)401|unauthorized|not authorized")
        self.assertNotIn(True, Repository.asked)


if __name__ == "__main__":
    unittest.main(verbosity=2)
