// What the readers of a project's files find, and what they say they cannot read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/engine/adopt/dockerfile.hpp>
#include <cicd/engine/adopt/facts.hpp>
#include <cicd/engine/adopt/secrets.hpp>

namespace {

using namespace cicd::source_files;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string value(const file_facts& of, std::string_view key) {
  const fact* found = of.find(key);
  return found == nullptr ? "(none)" : found->value + " @" + std::to_string(found->line);
}

TEST(AdoptFacts, XmlGivesTextByThePathOfItsElementWithTheLine) {
  const file_facts pom = facts_of("pom.xml", R"(<?xml version="1.0"?>
<!-- <artifactId>no</artifactId> -->
<project a="1>2">
  <parent><artifactId>base</artifactId></parent>
  <artifactId>orders &amp; co&#33;</artifactId>
  <description><![CDATA[a <b>]]></description>
  <empty/>
  <modules><module>a</module><module>b</module></modules>
</project>)");
  EXPECT_EQ(value(pom, "project.artifactId"), "orders & co! @5");
  EXPECT_EQ(value(pom, "project.parent.artifactId"), "base @4");
  EXPECT_EQ(value(pom, "project.description"), "a <b> @6");
  EXPECT_THAT(pom.values("project.modules.module"), ElementsAre("a", "b"));
  EXPECT_NE(pom.find_below("project.modules"), nullptr);
  EXPECT_THAT(pom.unread, IsEmpty());
}

TEST(AdoptFacts, XmlDefinesNoEntityAndOpensNoFile) {
  const file_facts pom =
      facts_of("pom.xml", R"(<!DOCTYPE p [<!ENTITY a "x"> <!ENTITY f SYSTEM "file:///etc/passwd">]>
<project><artifactId>&f;</artifactId><name>plain</name></project>)");
  EXPECT_EQ(pom.find("project.artifactId"), nullptr);
  EXPECT_EQ(value(pom, "project.name"), "plain @2");
  ASSERT_EQ(pom.unread.size(), 2U);
  EXPECT_THAT(pom.unread[0].what, HasSubstr("document type"));
  EXPECT_THAT(pom.unread[1].what, HasSubstr("project.artifactId holds an entity"));
}

TEST(AdoptFacts, XmlWithinLimitsAndWhole) {
  std::string deep;
  for (int at = 0; at < 1000; ++at) deep += "<a>";
  EXPECT_THAT(facts_of("a.xml", deep).unread.front().what, HasSubstr("more than 64 elements"));
  for (const char* text : {"<a>", "<a", "<a></b>", "<!-- ", "<a><![CDATA[x", "</a>"})
    EXPECT_THAT(facts_of("a.xml", text).unread.front().what, HasSubstr("this is not XML")) << text;
}

TEST(AdoptFacts, TomlGivesTablesListsAndDottedKeys) {
  const file_facts cargo = facts_of("Cargo.toml", R"([package]
name = "orders" # the name
edition = '2021'
authors.workspace = true

[dependencies]
serde = { version = "1.0", features = ["derive", "std"] }
"quoted.key" = "a\tb\"c"

[[bin]]
name = "one"
[project]
dependencies = [
  "a>=1", # first
  'b',
]
count = 1_000
)");
  EXPECT_EQ(value(cargo, "package.name"), "orders @2");
  EXPECT_EQ(value(cargo, "package.authors.workspace"), "true @4");
  EXPECT_EQ(value(cargo, "dependencies.serde.version"), "1.0 @7");
  EXPECT_THAT(cargo.values("dependencies.serde.features"), ElementsAre("derive", "std"));
  EXPECT_EQ(value(cargo, "dependencies.quoted.key"), "a\tb\"c @8");
  EXPECT_EQ(value(cargo, "bin.name"), "one @11");
  EXPECT_THAT(cargo.values("project.dependencies"), ElementsAre("a>=1", "b"));
  EXPECT_THAT(cargo.unread, IsEmpty());
}

TEST(AdoptFacts, TomlSaysWhatItDoesNotRead) {
  const file_facts read =
      facts_of("pyproject.toml", "a = \"\"\"x\ny\"\"\"\nb = ?\nc = \"open\nd = 'good'\ne = \"\\u0041\"\n");
  EXPECT_EQ(value(read, "d"), "good @5");
  ASSERT_EQ(read.unread.size(), 4U);
  EXPECT_EQ(read.unread[0].where, "pyproject.toml:1");
  EXPECT_THAT(read.unread[0].what, HasSubstr("several lines"));
  EXPECT_EQ(read.unread[1].where, "pyproject.toml:3");
}

TEST(AdoptFacts, JsonYamlAndLinesGiveKeysAlike) {
  const file_facts package = facts_of(
      "package.json", "{\n \"name\": \"@acme/orders\",\n \"scripts\": {\"start\": \"node a.js\"}\n}");
  EXPECT_EQ(value(package, "name"), "@acme/orders @2");
  EXPECT_EQ(value(package, "scripts.start"), "node a.js @3");
  EXPECT_EQ(value(facts_of("application.yml", "server:\n  port: 8081\n"), "server.port"), "8081 @0");
  EXPECT_EQ(value(facts_of("application.properties", "# a\nserver.port = 8082\n"), "server.port"), "8082 @2");
  EXPECT_EQ(value(facts_of("go.mod", "// x\nmodule example.com/a // b\n\nrequire (\n\tb v1\n)\n"), "module"),
            "example.com/a @2");
  EXPECT_EQ(value(facts_of("settings.gradle", "rootProject.name = 'orders'\n"), "rootProject.name"),
            "orders @1");
  EXPECT_EQ(value(facts_of("settings.gradle.kts", "rootProject.name = \"orders\"\n"), "rootProject.name"),
            "orders @1");
  EXPECT_EQ(facts_of("settings.gradle", "rootProject.name = \"a-${b}\"\n").find("rootProject.name"), nullptr);
  EXPECT_EQ(value(facts_of("CMakeLists.txt", "project(\n  orders)\nadd_executable(${n} a.cpp)\n"), "project"),
            "orders @1");
  EXPECT_EQ(value(facts_of("CMakeLists.txt", "add_executable(${n} a.cpp)\n"), "add_executable"), " @1");
  EXPECT_THAT(facts_of("package.json", "{").unread, testing::SizeIs(1));
  EXPECT_THAT(facts_of("a.yml", "a: [").unread, testing::SizeIs(1));
}

TEST(AdoptDockerfile, TakesWhatTheLastStageSaysWithWhatItStandsOn) {
  const dockerfile read = read_dockerfile("Dockerfile", R"(ARG VERSION=21
FROM maven:3 AS build
ENV ONLY_BUILD=1
USER builder
RUN mvn package
FROM eclipse:${VERSION} AS base
ENV LEVEL=info \
    # a comment within
    TEXT="two words"
USER 1000:1000
FROM base
ARG PORT=8080
EXPOSE ${PORT} 9090/udp 8443/tcp
ENV OLD one two
ENV ALSO=${LEVEL}-x NEXT=${NONE:-n}
COPY --from=build /a /b
HEALTHCHECK --interval=5s CMD curl -f http://localhost:${PORT}/health || exit 1
ENTRYPOINT ["java", "-jar", "/app.jar"]
CMD ["serve"]
)");
  EXPECT_THAT(read.ports,
              ElementsAre(testing::Field(&fact::value, "8080"), testing::Field(&fact::value, "8443")));
  EXPECT_EQ(read.ports.front().line, 13);
  std::vector<std::string> env;
  for (const fact& each : read.env) env.push_back(each.key + "=" + each.value);
  EXPECT_THAT(env, ElementsAre("LEVEL=info", "TEXT=two words", "OLD=one two", "ALSO=info-x", "NEXT=n"));
  EXPECT_EQ(read.user->value, "1000");
  EXPECT_EQ(read.health->url_path, "/health");
  EXPECT_EQ(read.health->port, 8080);
  EXPECT_EQ(read.facts().find("START")->value, "java -jar /app.jar serve");
  std::string unread;
  for (const unread_part& each : read.unread) unread += each.where + " " + each.what + "\n";
  EXPECT_THAT(unread, HasSubstr("Dockerfile:13 EXPOSE 9090/udp"));
  EXPECT_THAT(unread, HasSubstr("Dockerfile:16 how its image is made"));
  EXPECT_THAT(unread, testing::Not(HasSubstr("mvn")));
}

TEST(AdoptDockerfile, SaysWhatItCannotHonour) {
  const auto unread = [](std::string_view text) {
    std::string all;
    for (const unread_part& each : read_dockerfile("D", text).unread)
      all += each.where + " " + each.what + "\n";
    return all;
  };
  EXPECT_THAT(unread("RUN x"), HasSubstr("it has no FROM"));
  EXPECT_THAT(unread("FROM a\nARG P\nEXPOSE $P\n"), HasSubstr("D:3 EXPOSE $P: a variable without a default"));
  EXPECT_THAT(unread("FROM a\nENV A=$B\n"), HasSubstr("D:2 ENV A: a variable without a default"));
  EXPECT_THAT(unread("FROM a\nENV A=\"x\n"), HasSubstr("a quote is not closed"));
  EXPECT_THAT(unread("FROM a\nHEALTHCHECK CMD pg_isready\n"),
              HasSubstr("D:2 HEALTHCHECK does not ask this container by HTTP"));
  EXPECT_THAT(unread("FROM a\nVOLUME /data\nSTOPSIGNAL SIGINT\n"),
              HasSubstr("D:2 VOLUME /data\nD:3 STOPSIGNAL SIGINT"));
  EXPECT_EQ(unread("FROM a\nRUN <<EOF\nEXPOSE 1\nEOF\n").find("EXPOSE"), std::string::npos);
}

std::string variables_of(std::string_view text) {
  std::string all;
  for (const fact& each : read_dockerfile("D", text).env) all += each.key + "=" + each.value + ";";
  return all;
}

TEST(AdoptDockerfile, AHereDocumentIsAWordOfTheLineAndEnds) {
  EXPECT_EQ(variables_of("FROM a\nRUN echo \"<<EOF\" $((1<<2)) a<<b\nENV A=1\n"), "A=1;");
  EXPECT_EQ(variables_of("FROM a\nRUN cat <<A 3<<-\"B\" > x\nENV N=1\nA\nENV N=2\n\tB\nENV Y=3\n"), "Y=3;");
  const dockerfile open = read_dockerfile("D", "FROM a\nRUN <<EOF\nENV A=1\n");
  EXPECT_THAT(open.env, IsEmpty());
  EXPECT_EQ(open.unread.front().what, "a here-document that does not end: EOF");
}

TEST(AdoptDockerfile, ValuesAreThoseBeforeTheInstruction) {
  EXPECT_EQ(variables_of("FROM a\nENV P=1\nENV P=2 R=$P\n"), "P=2;R=1;");
  EXPECT_EQ(variables_of("FROM a\nENV A=\\\n1\n"), "A=1;");
  EXPECT_EQ(read_dockerfile("D", "FROM a\nUSER \"1000\"\n").user->value, "1000");
}

TEST(AdoptDockerfile, ValuesDoNotGrowWithoutEnd) {
  std::string text = "FROM a\nENV A=0123456789\n";
  for (int at = 0; at < 100; ++at) text += "ENV A=$A$A\n";
  for (int at = 0; at < 1000; ++at) text += "ENV B" + std::to_string(at) + "=$A\n";
  EXPECT_LT(variables_of(text).size(), 2'000'000U);
  EXPECT_THAT(variables_of(text), testing::Not(IsEmpty()));
}

TEST(AdoptDockerfile, ThousandsOfStagesAreReadOnce) {
  std::string text = "FROM x AS s0\nENV V=1\n";
  for (int at = 1; at < 20'000; ++at)
    text += "FROM s" + std::to_string(at - 1) + " AS s" + std::to_string(at) + "\nENV V" + std::to_string(at)
            + "=1\n";
  EXPECT_EQ(read_dockerfile("D", text).env.size(), 1000U);
}

TEST(AdoptSecrets, AreFoundByNameAndWithinValues) {
  for (const char* text : {"Server=a;Password=b", "https://me:b@example.com", "{\"password\": \"b\"}",
                           "Pwd=b", "a\nspring.password=b", "--token=b", "-----BEGIN RSA PRIVATE KEY-----"})
    EXPECT_TRUE(holds_secret(text)) << text;
  for (const char* text :
       {"", "password=", "password=${B}", "a=b", "https://example.com/?a=b", "/etc/passwd", "tokens"})
    EXPECT_FALSE(holds_secret(text)) << text;
  std::string schemes;
  for (int at = 0; at < 300'000; ++at) schemes += "://";
  EXPECT_FALSE(holds_secret(schemes));
  for (const char* name : {"GITHUB_PAT", "PAT", "ENCRYPTION_KEY", "DB_PASSWORD"})
    EXPECT_TRUE(is_secret(name, "x")) << name;
  for (const char* name : {"PATH", "COMPAT", "KEY"}) EXPECT_FALSE(is_secret(name, "x")) << name;
}

}  // namespace
