// What the function of a step may do, in a process that has no driver above it.
#include <cicd/run/step_context.hpp>

#include <functional>

#include <gtest/gtest.h>

namespace {

using namespace cicd;

const step_context context({{"suite", "orders"}, {"level", "a=b"}},
                           {{"image", "/layout", "sha256:1"}, {"image-cli", "/cli", "sha256:2"}});

std::string said_by(const std::function<void()>& what) {
  try {
    what();
  } catch (const std::exception& failure) {
    return failure.what();
  }
  return {};
}

TEST(a_step_s_function, is_given_its_values_and_images_by_name) {
  EXPECT_EQ(context.value("level"), "a=b");
  EXPECT_EQ(context.image("image-cli").layout, "/cli");
  EXPECT_EQ(said_by([] { (void)context.value("lvel"); }),
            "VALUES gives no such value: 'lvel'\n  did you mean: level\n  allowed:      suite, level");
  EXPECT_NE(said_by([] { (void)context.image(); }).find("allowed:      image, image-cli"), std::string::npos);
  EXPECT_EQ(step_context({}, {{"image-cli", "/cli", "sha256:2"}}).image().digest, "sha256:2");
}

TEST(a_step_s_function, gets_the_output_of_a_program_as_text) {
  EXPECT_EQ(context.capture({"printf", "one\\ntwo\\n\\n"}), "one\ntwo");
  EXPECT_EQ(context.capture({"true"}), "");
  EXPECT_EQ(context.capture({"head", "-c", "1000000", "/dev/zero"}).size(), 1'000'000u);
}

TEST(a_step_s_function, is_not_given_more_output_than_there_is_room_for) {
  const std::string said = said_by([] { (void)context.capture({"yes"}); });
  EXPECT_TRUE(said.starts_with("yes: failed: its standard output is longer than 64 MiB\n  y"))
      << said.substr(0, 80);
}

TEST(a_step_s_function, is_told_the_last_lines_as_a_whole_so_that_no_part_of_a_secret_is_among_them) {
  const auto said = [](const std::string& script) {
    return said_by([&] { (void)context.capture({"sh", "-c", script}); });
  };
  const std::string one_line = said("printf hunter2-hunter2; printf %8190s x; exit 1");
  EXPECT_TRUE(one_line.ends_with("\n  (a line of more than 8 KiB)")) << one_line.substr(0, 200);
  EXPECT_TRUE(said("printf '%8000s\\n' x; printf hunter2-hunter2; printf '%150s\\nend\\n' x; exit 1")
                  .ends_with("  hunter2-hunter2" + std::string(149, ' ') + "x\n  end"));
  // A line that a pause parts, while the other stream prints.
  EXPECT_NE(said("printf hunter2-; echo other >&2; printf 'hunter2\\n'; exit 1").find("\n  hunter2-hunter2"),
            std::string::npos);
}

TEST(a_step_s_function, is_told_how_a_program_failed) {
  EXPECT_EQ(said_by([] {
              (void)context.capture({"sh", "-c", "echo one; echo two; exit 3"});
            }),
            "sh -c echo one; echo two; exit 3: failed: exit status 3\n  one\n  two");
  EXPECT_NE(said_by([] {
              context.execute({"sh", "-c", "kill -9 $$"});
            }).find("failed: ended by signal 9 (Killed)"),
            std::string::npos);
  EXPECT_EQ(said_by([] { context.execute({"/no/such"}); }),
            "/no/such: cannot be started: No such file or directory");
  EXPECT_EQ(said_by([] { context.execute({}); }), "no program is named");
  try {
    context.execute({"sh", "-c", "echo a\nexit 3"});
    FAIL();
  } catch (const command_failure& failure) {
    EXPECT_EQ(failure.headline(), "sh -c echo a\nexit 3: failed: exit status 3");
    EXPECT_EQ(failure.what(), failure.headline() + "\n  a");
  }
  try {
    (void)context.capture({"sh", "-c", "kill -15 $$"});
    FAIL();
  } catch (const command_failure& failure) {
    EXPECT_EQ(failure.status(), 143);
    EXPECT_FALSE(failure.was_shown());
  }
}

}  // namespace
