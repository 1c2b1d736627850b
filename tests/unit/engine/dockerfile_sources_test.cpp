// What a Dockerfile takes from elsewhere, and what changes between two bases.
#include <cicd/engine/dockerfile_sources.hpp>

#include <gtest/gtest.h>

#include <cicd/engine/base_update.hpp>

namespace cicd {
namespace {

std::string sources_in(const std::string& text,
                       std::string target = {},
                       std::map<std::string, std::string> args = {}) {
  const auto made = dockerfile_sources_of(text, {"D", std::move(target), std::move(args), "amd64"});
  if (!made) return text_of(made.error());
  std::string said;
  for (const dockerfile_image& each : made->images)
    said += each.text + " " + each.reference + " " + std::to_string(each.line) + "\n";
  for (const scan_finding& each : made->findings) said += each.rule + " " + std::to_string(each.line) + "\n";
  return said;
}

TEST(dockerfile_sources, stages_variables_and_images_of_copy_and_mounts) {
  EXPECT_EQ(
      sources_in(
          "# escape=`\nARG V=1 W\nFROM --platform=$BUILDPLATFORM r.example.com/a:${V} `\n  AS Build\n"
          "RUN --mount=type=bind,from=tools:2,target=/t x\nFROM build AS last\nCOPY --from=BUILD /a /a\n"
          "COPY --from=0 /a /a\nCOPY --from=other:3 /a /a\n"),
      "r.example.com/a:1 r.example.com/a:1 3\ntools:2 docker.io/library/tools:2 5\n"
      "other:3 docker.io/library/other:3 9\n");
  EXPECT_EQ(sources_in("ARG V\nFROM a:${V:-7}\n"), "a:7 docker.io/library/a:7 2\n");
  EXPECT_EQ(sources_in("ARG V\nFROM a:${V:-7}\n", "", {{"V", "8"}}), "a:8 docker.io/library/a:8 2\n");
  EXPECT_EQ(sources_in("ARG V=1\nFROM a${V:+:debug}\n"), "a:debug docker.io/library/a:debug 2\n");
  EXPECT_EQ(sources_in("FROM a:1@sha256:" + std::string(64, 'a') + "\n"),
            "a:1@sha256:" + std::string(64, 'a') + " docker.io/library/a:1@sha256:" + std::string(64, 'a')
                + " 1\n");
}

TEST(dockerfile_sources, what_lies_behind_the_target_is_not_taken) {
  const std::string text = "FROM a:1 AS one\nFROM b:1 AS two\nADD https://e.example.com/x /\n";
  EXPECT_EQ(sources_in(text, "one"), "a:1 docker.io/library/a:1 1\n");
  EXPECT_EQ(sources_in(text, "0"), "a:1 docker.io/library/a:1 1\n");
  EXPECT_EQ(sources_in(text, "TWO"),
            "a:1 docker.io/library/a:1 1\nb:1 docker.io/library/b:1 2\nunpinned-add 3\n");
}

TEST(dockerfile_sources, names_are_kept_as_they_are_written) {
  const auto made = dockerfile_sources_of("ARG V=1\nFROM a:${V} AS One\nFROM a:$V AS two\nFROM a:1\n",
                                          {"D", "two", {}, "amd64"});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->images.size(), 1U);
  EXPECT_EQ(made->images.front().written, (std::vector<std::string>{"a:${V}", "a:$V"}));
  EXPECT_EQ(made->target, "two");
  const auto other = dockerfile_sources_of("FROM a:1 AS One\n", {"D", "ONE", {}, "amd64"});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->target, "One");
}

TEST(dockerfile_sources, stages_in_other_letters_are_brought_to_those_of_their_FROM) {
  const std::string text =
      "FROM a:1 AS Made\nFROM made AS two\nRUN --mount=from=MADE,target=/made --mount=type=bind,from=TWO cat "
      "from=MADE\n"
      "COPY --from=MADE \\\n  /MADE /x\nCOPY --from=Made /a /a\n"
      "COPY \\\n  # --from=MADE is meant\n  --from=MADE /b /b\nFROM made-up:1\n";
  const auto made = dockerfile_sources_of(text, {"D", "", {}, "amd64"});
  ASSERT_TRUE(made);
  EXPECT_EQ(in_equal_letters(text, made->other_letters),
            "FROM a:1 AS Made\nFROM Made AS two\nRUN --mount=from=Made,target=/made "
            "--mount=type=bind,from=two cat from=MADE\n"
            "COPY --from=Made \\\n  /MADE /x\nCOPY --from=Made /a /a\n"
            "COPY \\\n  # --from=MADE is meant\n  --from=Made /b /b\nFROM made-up:1\n");
  EXPECT_TRUE(
      dockerfile_sources_of("FROM a:1 AS Made\nFROM Made\n", {"D", "", {}, "amd64"})->other_letters.empty());
}

TEST(dockerfile_sources, urls_and_moving_names_are_findings) {
  EXPECT_EQ(sources_in("FROM a\nARG U=https://e.example.com/x\nADD [\"$U\", \"/x\"]\nADD --checksum=sha256:1 "
                       "https://e.example.com/y /\n"
                       "ADD git@github.com:a/b.git /b\nADD a b /https://\n"),
            "a docker.io/library/a:latest 1\nlatest-base 1\nunpinned-add 3\nunpinned-add 5\n");
}

TEST(dockerfile_sources, what_is_wrong_has_file_and_line) {
  for (const auto& [text, said] :
       {std::pair("", "D:1"), std::pair("\n\nFROM $X\n", "D:3"),
        std::pair("FROM a\n\nCPY a b\n", "did you mean: COPY"), std::pair("FROM a b c d\n", "D:1"),
        std::pair("FROM a\nRUN <<-X\n\tfoo\n", "here-document that does not end"),
        std::pair("FROM --platform=linux/s390x a:1\n", "linux/s390x")})
    EXPECT_NE(sources_in(text).find(said), std::string::npos) << text << sources_in(text);
  EXPECT_NE(sources_in("FROM a:1 AS service\n", "servce").find("did you mean: service"), std::string::npos);
  EXPECT_NE(sources_in("ARG VERSION=1\nFROM a:1\n", "", {{"VERSON", "1"}}).find("did you mean: VERSION"),
            std::string::npos);
  EXPECT_EQ(sources_in("FROM a:1\n", "", {{"HTTPS_PROXY", "x"}}), "a:1 docker.io/library/a:1 1\n");
}

TEST(base_update, says_what_changes) {
  base_facts before{
      2'000'000, {"a", "b"}, {{"libc6", "1"}, {"gone", "1"}}, {{"v", "1"}}, std::set<std::string>{"CVE-1"}};
  base_facts after{3'000'000,
                   {"a", "c", "d"},
                   {{"libc6", "2"}, {"new", "1"}},
                   {{"v", "1"}},
                   std::set<std::string>{"CVE-2"}};
  EXPECT_EQ(changes_between(before, after, "grype"),
            (std::vector<std::string>{"size      2.0 MB -> 3.0 MB", "layers    2 -> 3, 2 new",
                                      "packages  libc6 1 -> 2, + new 1, - gone 1",
                                      "findings  1 fewer, 1 more, by grype: + CVE-2, - CVE-1"}));
  after.findings.reset();
  EXPECT_EQ(changes_between(before, after, "").size(), 3U);
  EXPECT_TRUE(changes_between(before, before, "").size() == 1);
}

TEST(base_update, reads_the_lists_of_dpkg_and_apk) {
  EXPECT_EQ(packages_in({{"var/lib/dpkg/status",
                          "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: "
                          "deinstall ok config-files\nVersion: 2\n"},
                         {"var/lib/dpkg/status.d/c", "Package: c\nVersion: 3\n"},
                         {"lib/apk/db/installed", "C:x\nP:musl\nV:1.2\n\nP:zlib\nV:1.3\n"}}),
            (std::map<std::string, std::string>{{"a", "1"}, {"c", "3"}, {"musl", "1.2"}, {"zlib", "1.3"}}));
}

}  // namespace
}  // namespace cicd
