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
    (void)context.capture({"sh", "-c", "kill -15 $$"});
    FAIL();
  } catch (const command_failure& failure) {
    EXPECT_EQ(failure.status(), 143);
    EXPECT_FALSE(failure.was_shown());
  }
}

}  // namespace
