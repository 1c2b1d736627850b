"""Kinds of Maven projects as teams have them: a war of Spring Boot with toolchains, a profile, settings of its own and integration tests beside Redis; and a service in Kotlin."""

import json
import re
import subprocess
import unittest

import java
from java import SOURCE, harness

CALLS = """
add_pipeline(demo TEMPLATE java-maven BASE rootfs:runtime.tar BASE_AFTER runtime)
pipeline_backing_service(demo redis COMMAND redis-server --port {redis.port} --bind {redis.host} --save "" READY redis)
pipeline_step(demo test NEEDS redis ENV REDIS_PORT={redis.port})
""" + java.RUNTIME.format("demo")
PLUGINS = """
			<plugin>
				<groupId>org.apache.maven.plugins</groupId>
				<artifactId>maven-toolchains-plugin</artifactId>
				<version>3.2.0</version>
				<executions><execution><goals><goal>toolchain</goal></goals></execution></executions>
				<configuration><toolchains><jdk><vendor>of-the-tests</vendor></jdk></toolchains></configuration>
			</plugin>
		</plugins>
	</build>
	<profiles>
		<profile>
			<id>integration</id>
			<build>
				<plugins>
					<plugin>
						<groupId>org.apache.maven.plugins</groupId>
						<artifactId>maven-failsafe-plugin</artifactId>
						<executions><execution><goals><goal>integration-test</goal><goal>verify</goal></goals></execution></executions>
					</plugin>
				</plugins>
			</build>
		</profile>
	</profiles>
"""
TOOLCHAINS = """<toolchains>
  <toolchain><type>jdk</type><provides><vendor>{}</vendor></provides><configuration><jdkHome>{}</jdkHome></configuration></toolchain>
</toolchains>
"""
REDIS_IT = """package com.example.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class RedisIT {
  @Test
  void redisAnswers() throws Exception {
    try (Socket to = new Socket("127.0.0.1", Integer.parseInt(System.getenv("REDIS_PORT")))) {
      to.getOutputStream().write("PING\\r\\n".getBytes());
      assertEquals("+PONG", new BufferedReader(new InputStreamReader(to.getInputStream())).readLine());
    }
  }
}
"""
KOTLIN = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId>
  <artifactId>prices</artifactId>
  <version>1.0</version>
  <properties>
    <kotlin.version>2.1.20</kotlin.version>
    <kotlin.compiler.jvmTarget>17</kotlin.compiler.jvmTarget>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <project.build.outputTimestamp>2024-01-01T00:00:00Z</project.build.outputTimestamp>
  </properties>
  <dependencies>
    <dependency><groupId>org.jetbrains.kotlin</groupId><artifactId>kotlin-stdlib</artifactId><version>${kotlin.version}</version></dependency>
    <dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>@junit@</version><scope>test</scope></dependency>
  </dependencies>
  <build>
    <sourceDirectory>src/main/kotlin</sourceDirectory>
    <testSourceDirectory>src/test/kotlin</testSourceDirectory>
    <plugins>
      <plugin>
        <groupId>org.jetbrains.kotlin</groupId>
        <artifactId>kotlin-maven-plugin</artifactId>
        <version>${kotlin.version}</version>
        <executions>
          <execution><id>compile</id><goals><goal>compile</goal></goals></execution>
          <execution><id>test-compile</id><goals><goal>test-compile</goal></goals></execution>
        </executions>
      </plugin>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>3.8.1</version>
        <executions>
          <execution><phase>prepare-package</phase><goals><goal>copy-dependencies</goal></goals>
            <configuration><includeScope>runtime</includeScope><outputDirectory>target/lib</outputDirectory></configuration></execution>
        </executions>
      </plugin>
      @plugins@
    </plugins>
  </build>
</project>
"""
MANIFEST = ("<configuration><archive><manifest><mainClass>shop.MainKt</mainClass><addClasspath>true</addClasspath><classpathPrefix>lib/</classpathPrefix></manifest></archive></configuration>")
MAIN_KT = """package shop

import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress

fun price(of: Int): Int = of * 2

fun main() {
    val server = HttpServer.create(InetSocketAddress(8080), 0)
    server.createContext("/") { it.sendResponseHeaders(200, 0); it.responseBody.use { to -> to.write("price ${price(21)}".toByteArray()) } }
    server.start()
}
"""
MAIN_TEST_KT = """package shop

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class PriceTest {
    @Test
    fun `a price is twice as much`() = assertEquals(42, price(21))
}
"""


def java_home():
    told = subprocess.run(["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=True).stderr
    return re.search(r"java\.home = (\S+)", told)[1]


class Started(java.Suite):
    def answer_of(self, step, name, url):
        folder, port = self.folder / name, java.free_port()
        folder.mkdir()
        with java.Container(f"{self.tree.work(step)}/layout", folder, {"SERVER_PORT": port}) as container:
            return container.answer(url.format(port), 180)


class War(Started):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tree = cls.tree = java.service(cls.folder / "t", SOURCE / "tests/projects/spring-boot")
        pom = (tree.source / "pom.xml").read_text()
        pom = pom.replace("<version>0.0.1-SNAPSHOT</version>", "<version>0.0.1-SNAPSHOT</version>\n\t<packaging>war</packaging>", 1)
        tree.write("pom.xml", pom.replace("\n\t\t</plugins>\n\t</build>\n", PLUGINS))
        tree.write("make-runtime", java.runtime(), 0o755)
        tree.write(".mvn/toolchains.xml", TOOLCHAINS.format("of-the-tests", java_home()))
        tree.write(".mvn/maven.config", "--toolchains\n.mvn/toolchains.xml\n-Pintegration\n")
        tree.write("src/test/java/com/example/demo/RedisIT.java", REDIS_IT)
        tree.declare(CALLS)
        tree.commit()
        tree.configure()
        cls.built = tree.run("demo.image", "demo.test", status=None, timeout=900)

    def setUp(self):
        self.assertEqual(self.built.returncode, 0, self.built.all)

    def test_the_war_starts_and_answers(self):
        status, text = self.answer_of("demo/image", "container", "http://127.0.0.1:{}/actuator/health")
        self.assertEqual((status, json.loads(text)["status"]), (200, "UP"))

    def test_integration_tests_run_beside_the_service_and_are_counted_by_name(self):
        report = (self.tree.build / ".cicd/junit/demo.test.xml").read_text()
        self.assertIn('name="redisAnswers', report)
        self.assertIn("greetsByName", report)
        self.assertEqual(harness.bearers(self.tree.cookie), [])
        path = "src/test/java/com/example/demo/RedisIT.java"
        self.replace(path, "+PONG", "+GONE")
        done = self.tree.run("demo.test", status=1, timeout=900)
        self.assertIn("redisAnswers", done.all)
        self.assertIn(f"{path}:15", done.all)

    def test_a_toolchain_and_offline_are_what_maven_config_says(self):
        config = ".mvn/maven.config"
        for name, old, new, said in ((".mvn/toolchains.xml", "of-the-tests", "another", "(?i)toolchain"), (config, "-Pintegration", "--offline\n-Dmaven.repo.local=none", "offline mode")):
            with self.subTest(name):
                self.replace(name, old, new)
                done = self.tree.run("demo.build", status=1, timeout=300)
                self.assertRegex(done.all, said)
                self.doCleanups()
        self.replace(config, "-Pintegration", "-Pintegration\n--offline")
        self.tree.run("demo.build", timeout=300)
        self.assertEqual(self.tree.outcomes(), {"demo/build": "ran"})


class Kotlin(Started):
    def test_a_service_in_kotlin_is_built_tested_and_started(self):
        skeleton = (SOURCE / "templates/java-maven/service.framework=plain/pom.xml").read_text()
        plugins = "".join(f"<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>{name}</artifactId><version>{version}</version>{MANIFEST if 'jar' in name else ''}</plugin>"
                          for name, version in re.findall(r"<artifactId>(maven-(?:resources|surefire|jar)-plugin)</artifactId>\s*<version>([^<]+)", skeleton))
        tree = Kotlin.tree = java.service(self.folder / "t")
        tree.write("pom.xml", KOTLIN.replace("@junit@", re.search(r"<junit.version>([^<]+)", skeleton)[1]).replace("@plugins@", plugins))
        tree.write("src/main/kotlin/Main.kt", MAIN_KT)
        tree.write("src/test/kotlin/PriceTest.kt", MAIN_TEST_KT)
        tree.write("make-runtime", java.runtime(), 0o755)
        tree.declare("add_pipeline(prices TEMPLATE java-maven BASE rootfs:runtime.tar BASE_AFTER runtime)\n" + java.RUNTIME.format("prices"))
        tree.commit()
        tree.configure()
        tree.run("prices.image", "prices.test", timeout=900)
        self.assertIn("a price is twice as much", (tree.build / ".cicd/junit/prices.test.xml").read_text())
        self.assertEqual(self.answer_of("prices/image", "container", "http://127.0.0.1:8080/"), (200, "price 42"))
        tree.write("src/test/kotlin/PriceTest.kt", (tree.source / "src/test/kotlin/PriceTest.kt").read_text().replace("42", "43"))
        self.assertIn("src/test/kotlin/PriceTest.kt:8", tree.run("prices.test", status=1, timeout=900).all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
