// What git prints and reads, and what it must never be given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/git/git_text.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;
using namespace std::string_literals;

const surroundings nothing_around{std::map<std::string, std::string, std::less<>>{}};

TEST(git_entries_from, reads_modes_objects_and_odd_paths) {
  const auto entries = git_entries_from(
      "100644 blob abc\tstage/a b.yaml\0"
      "120000 blob def\tstage/\"tab\tbed\"\0"s);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(entries[0].is_file());
  EXPECT_EQ(entries[0].path, "stage/a b.yaml");
  EXPECT_FALSE(entries[1].is_file());
  EXPECT_EQ(entries[1].path, "stage/\"tab\tbed\"");
}

TEST(git_blobs_from, reads_contents_and_what_is_missing) {
  const auto blobs = git_blobs_from("a1 blob 4\nx\ny\n\nstage:x missing\na2 blob 0\n\n");
  ASSERT_EQ(blobs.size(), 3U);
  EXPECT_EQ(blobs[0], "x\ny\n");
  EXPECT_FALSE(blobs[1]);
  EXPECT_EQ(blobs[2], "");
}

TEST(git_blobs_from, gives_fewer_where_the_text_is_cut) {
  EXPECT_EQ(git_blobs_from("a1 blob 4\nxy").size(), 0U);
  EXPECT_EQ(git_blobs_from("a1 blob 18446744073709551615\nxy").size(), 0U);
  EXPECT_EQ(git_blobs_from("a1 blo").size(), 0U);
}

TEST(git_ref_in, takes_exactly_that_ref) {
  const std::string printed = "aaa\trefs/heads/x/refs/heads/main\nbbb\trefs/heads/main\n";
  EXPECT_EQ(git_ref_in(printed, "refs/heads/main"), "bbb");
  EXPECT_EQ(git_ref_in(printed, "refs/heads/mai"), "");
}

TEST(git_import_of, quotes_paths_and_keeps_names_on_their_line) {
  const std::string stream = git_import_of({{.who = "Eve\n<eve>@x> <a@b>",
                                             .when = 5,
                                             .message = "one\ndone\n",
                                             .tip = "abc",
                                             .removed = {"a \"b\\c"},
                                             .written = {{"d", "done\n"}}}});
  EXPECT_THAT(stream, HasSubstr("committer Eve <eve@x a@b> 5 +0000\n"));
  EXPECT_THAT(stream, HasSubstr("data 9\none\ndone\n"));
  EXPECT_THAT(stream, HasSubstr("from abc\n"));
  EXPECT_THAT(stream, HasSubstr("D \"a \\\"b\\\\c\"\n"));
  EXPECT_THAT(stream, HasSubstr("M 100644 inline \"d\"\ndata 5\ndone\n"));
}

TEST(git_import_of, puts_each_commit_on_the_one_before_it_and_prints_all) {
  const std::string stream =
      git_import_of({{.message = "one", .tip = "abc"}, {.message = "two", .tip = "abc"}});
  EXPECT_THAT(stream, HasSubstr("mark :1\n"));
  EXPECT_THAT(stream, HasSubstr("from abc\n"));
  EXPECT_THAT(stream, HasSubstr("from :1\n"));
  EXPECT_THAT(stream, testing::EndsWith("get-mark :1\nget-mark :2\ndone\n"));
  EXPECT_EQ(stream.find("from abc"), stream.rfind("from abc"));
}

TEST(git_import_of, finds_a_name_for_everyone) {
  EXPECT_THAT(git_import_of({{.who = "", .message = "m"}}), HasSubstr("committer cicd <> 0"));
  EXPECT_THAT(git_import_of({{.who = "jane@example.com", .message = "m"}}),
              HasSubstr("committer jane@example.com <jane@example.com> 0"));
  EXPECT_THAT(git_import_of({{.who = "jane", .message = "m"}}), HasSubstr("committer jane <> 0"));
}

TEST(check_repository_url, refuses_options_programs_and_relative_paths) {
  for (const char* url : {"", "--upload-pack=touch x", "ext::sh -c touch% x", "fd::7",
                          "codecommit::us-east-1://x", "manifests.git", "../m.git", "a\nb"}) {
    const status checked = check_repository_url(url, nothing_around);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().kind, exit_class::usage);
  }
}

TEST(check_repository_url, takes_what_git_takes) {
  for (const char* url : {"/a b/m.git", "file:///a", "https://h/x.git", "ssh://git@h/x", "git@h:x.git",
                          "git://h/x", "https://[::1]/x"})
    EXPECT_TRUE(check_repository_url(url, nothing_around)) << url;
}

TEST(check_repository_url, leaves_a_helper_to_whoever_allows_it) {
  const surroundings allowing{{{"GIT_ALLOW_PROTOCOL", "https:codecommit"}}};
  EXPECT_TRUE(check_repository_url("codecommit::us-east-1://x", allowing));
  EXPECT_FALSE(check_repository_url("ext::sh", allowing));
}

TEST(check_branch_name, follows_gits_own_rules) {
  for (const char* name : {"main", "feature/a", "-x", "--upload-pack=x", "$(touch x)", "日本", "a@b"}) {
    const bool has_space = std::string_view(name).find(' ') != std::string_view::npos;
    EXPECT_EQ(static_cast<bool>(check_branch_name(name)), !has_space) << name;
  }
  for (const char* name : {"",     "@",  "a..b", "a b",  "a~1", "a^",   "a:b",    "a?", "*",     "[x",
                           "a\\b", "/a", "a/",   "a//b", ".a",  "a/.b", "a.lock", "a.", "a@{1}", "a\x01"})
    EXPECT_FALSE(check_branch_name(name)) << name;
}

TEST(url_without_login, keeps_a_name_only_where_it_is_no_secret) {
  EXPECT_EQ(url_without_login("https://user:secret@host:8443/x@y"), "https://host:8443/x@y");
  EXPECT_EQ(url_without_login("https://token@host/x"), "https://host/x");
  EXPECT_EQ(url_without_login("ssh://git:secret@host/x"), "ssh://git@host/x");
  EXPECT_EQ(url_without_login("ssh://git@host/x"), "ssh://git@host/x");
  EXPECT_EQ(url_without_login("git@host:x"), "git@host:x");
  EXPECT_EQ(url_without_login("/a/path"), "/a/path");
}

TEST(git_failure, shows_gits_last_words_without_the_password) {
  const auto git = git_client::find(surroundings::of_process(), nullptr);
  ASSERT_TRUE(git);
  captured failed;
  failed.err = "one\ntwo\nthree\nfour\nfatal: user:secret\x1b[31m wrong\n\n";
  const std::string text = text_of(git_failure(*git, "https://user:secret@h/x", "it failed", failed));
  EXPECT_THAT(text, HasSubstr("fatal: ***\\x1b[31m wrong"));
  EXPECT_THAT(text, testing::Not(HasSubstr("secret")));
  EXPECT_THAT(text, testing::Not(HasSubstr("one")));
}

TEST(git_failure, shows_what_a_server_said_and_not_the_lines_that_frame_it) {
  const auto git = git_client::find(surroundings::of_process(), nullptr);
  ASSERT_TRUE(git);
  captured failed;
  failed.err =
      "remote: \nremote: error:        \nremote: error: Not allowed to push to protected branch main        "
      "\n"
      "remote: error:        \nTo http://h/m.git\n ! [remote rejected] HEAD -> main (pre-receive hook "
      "declined)\n"
      "error: failed to push some refs to 'http://h/m.git'\n";
  const std::string text = text_of(git_failure(*git, "http://h/m.git", "it failed", failed));
  EXPECT_THAT(text, HasSubstr("git said: remote: error: Not allowed to push to protected branch main\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("error:\n")));
}

TEST(git_client, says_how_git_is_installed_where_there_is_none) {
  const auto git = git_client::find(nothing_around, nullptr);
  ASSERT_FALSE(git);
  EXPECT_EQ(git.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(git.error()), HasSubstr("git is not on PATH"));
}

}  // namespace
