// What a person reads of an error, and that no text in it can act on the terminal.
#include <cicd/base/error.hpp>

#include <gtest/gtest.h>

namespace {

using cicd::error;
using cicd::exit_class;
using cicd::result;
using cicd::status;

TEST(error_text, names_subject_what_and_value_and_aligns_the_notes) {
  const error failure = error{.kind = exit_class::usage,
                              .subject = "orders/build",
                              .what = "unknown keyword",
                              .value = "COMAND",
                              .notes = {}}
                            .with("declared at", "CMakeLists.txt, 2nd call of pipeline_step()")
                            .with("did you mean", "COMMAND")
                            .with("try", "cicd explain pipeline_step");
  EXPECT_EQ(cicd::text_of(failure),
            "cicd: error: orders/build: unknown keyword: 'COMAND'\n"
            "  declared at:  CMakeLists.txt, 2nd call of pipeline_step()\n"
            "  did you mean: COMMAND\n"
            "  try:          cicd explain pipeline_step\n");
}

TEST(error_text, says_the_nearest_value_before_all_that_are_allowed) {
  const error failure = error{exit_class::usage, {}, "unknown way", "gitop", {}}
                            .with("declared at", "CMakeLists.txt")
                            .with("allowed", "gitops, render, kubectl")
                            .with("did you mean", "gitops")
                            .with("try", "cicd explain VIA");
  EXPECT_EQ(cicd::text_of(failure),
            "cicd: error: unknown way: 'gitop'\n"
            "  declared at:  CMakeLists.txt\n"
            "  did you mean: gitops\n"
            "  allowed:      gitops, render, kubectl\n"
            "  try:          cicd explain VIA\n");
}

TEST(error_text, has_its_notes_in_the_usual_order_whichever_was_added_first) {
  const error failure = error{exit_class::usage, {}, "x", {}, {}}
                            .with("caused by", "a")
                            .with("try", "b")
                            .with("allowed", "c")
                            .with("did you mean", "d")
                            .with("declared at", "e");
  EXPECT_EQ(cicd::text_of(failure),
            "cicd: error: x\n"
            "  declared at:  e\n"
            "  caused by:    a\n"
            "  did you mean: d\n"
            "  allowed:      c\n"
            "  try:          b\n");
}

TEST(error_text, shortens_a_long_list_of_names_to_the_nearest_and_a_count) {
  const error failure = error{exit_class::usage, {}, "unknown name", "kilo", {}}.with(
      "allowed", "alpha, bravo, charlie, delta, echo, foxtrot, kilo1, silo, lima");
  EXPECT_EQ(cicd::text_of(failure),
            "cicd: error: unknown name: 'kilo'\n"
            "  allowed: kilo1, silo, alpha, bravo, charlie and 4 more\n");
}

TEST(error_text, shows_a_short_list_and_a_sentence_whole) {
  const std::string eight = "a, b, c, d, e, f, g, h";
  const std::string sentence = "a number, or a range, or none, such as 4, 5, 6, 7, 8, 9, 10 or 11";
  for (const std::string& each : {eight, sentence})
    EXPECT_EQ(cicd::text_of(error{exit_class::usage, {}, "x", "y", {}}.with("allowed", each)),
              "cicd: error: x: 'y'\n  allowed: " + each + "\n");
}

TEST(error_text, leaves_out_what_is_not_given) {
  error failure{.subject = {}, .what = "no git found", .value = {}, .notes = {}};
  EXPECT_EQ(cicd::text_of(std::move(failure).with("try", "")), "cicd: error: no git found\n");
}

TEST(warning_text, differs_in_its_first_word_only) {
  EXPECT_EQ(cicd::warning_text_of(
                {.subject = "orders", .what = "no BASE", .value = {}, .notes = {{"try", "BASE x"}}}),
            "cicd: warning: orders: no BASE\n  try: BASE x\n");
}

TEST(error_text, an_empty_value_is_shown_in_quotes) {
  EXPECT_EQ(cicd::text_of({.subject = {}, .what = "IMAGE is empty", .value = "", .notes = {}}),
            "cicd: error: IMAGE is empty: ''\n");
}

TEST(error_text, makes_control_characters_visible_everywhere) {
  const std::string text = cicd::text_of(
      {.subject = "a\x1b[2J", .what = "b\r", .value = "c\nd", .notes = {{"e\a", "f\x1b]0;title\a"}}});
  EXPECT_EQ(text,
            "cicd: error: a\\x1b[2J: b\\r: 'c\\nd'\n"
            "  e\\x07: f\\x1b]0;title\\x07\n");
}

TEST(error_text, further_lines_of_a_note_begin_below_its_first) {
  EXPECT_EQ(cicd::text_of({.subject = {}, .what = "x", .value = {}, .notes = {{"git says", "one\ntwo\n"}}}),
            "cicd: error: x\n  git says: one\n            two\n");
}

TEST(exit_classes, have_a_word_of_their_own) {
  EXPECT_EQ(cicd::word_for(exit_class::done), "done");
  EXPECT_EQ(cicd::word_for(exit_class::step_failed), "step-failed");
  EXPECT_EQ(cicd::word_for(exit_class::usage), "usage");
  EXPECT_EQ(cicd::word_for(exit_class::conflict), "conflict");
  EXPECT_EQ(cicd::word_for(exit_class::corrupt), "corrupt");
  EXPECT_EQ(cicd::word_for(exit_class::policy), "policy");
  EXPECT_EQ(cicd::word_for(exit_class::remote), "remote");
  EXPECT_EQ(cicd::word_for(exit_class::cannot_save), "cannot-save");
  EXPECT_EQ(cicd::word_for(exit_class::interrupted), "interrupted");
  EXPECT_EQ(cicd::word_for(exit_class::terminated), "terminated");
}

TEST(results, hold_a_value_or_an_error) {
  const result<int> good = 7;
  const result<int> bad = error{.subject = {}, .what = "no", .value = {}, .notes = {}};
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  EXPECT_EQ(good.value_or(1), 7);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().what, "no");
  EXPECT_EQ(bad.value_or(1), 1);
  EXPECT_TRUE(status());
  EXPECT_FALSE(status(error{.subject = {}, .what = "no", .value = {}, .notes = {}}));
}

TEST(error_text, holds_no_command_to_a_CI_system_in_any_line) {
  const error failure =
      error{.kind = exit_class::usage, .subject = {}, .what = "no", .value = "##vso[x]", .notes = {}}.with(
          "said", "first\n::add-mask::x\n\xc2\xa0::set-output name=a::b\n##[error]y");
  EXPECT_EQ(cicd::text_of(failure),
            "cicd: error: no: '# #vso[x]'\n"
            "  said: first\n"
            "        : :add-mask::x\n"
            "        \xc2\xa0: :set-output name=a::b\n"
            "        # #[error]y\n");
}

}  // namespace
