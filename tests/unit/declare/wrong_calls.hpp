// What is said of one wrong call: for tests of the rules.
#pragma once

#include <gtest/gtest.h>

#include "written.hpp"

namespace cicd::tests {

/// The first error's first line without the prefix, and how many errors there are.
inline void expect_error(const std::string& lines,
                         const std::string& first_line,
                         const std::string& did_you_mean = {},
                         std::size_t count = 1) {
  const auto errors = model_from(lines).errors;
  ASSERT_EQ(errors.size(), count) << lines << "\n" << errors_of(lines);
  const std::string text = text_of(errors.front());
  EXPECT_EQ(text.substr(0, text.find('\n')), "cicd: error: " + first_line) << lines;
  std::string near;
  for (const auto& note : errors.front().notes)
    if (note.label == "did you mean") near = note.text;
  EXPECT_EQ(near, did_you_mean) << lines;
  EXPECT_EQ(errors.front().kind, exit_class::usage);
  EXPECT_EQ(errors.front().notes.front().label, "declared at");
}

inline void expect_step_error(const std::string& words,
                              const std::string& first_line,
                              const std::string& did_you_mean = {}) {
  expect_error("add_pipeline(orders)\npipeline_step(orders lint " + words + ")", "orders/lint: " + first_line,
               did_you_mean);
}

}  // namespace cicd::tests
