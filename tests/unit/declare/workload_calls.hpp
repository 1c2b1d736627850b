// What is said of one wrong call, over two environments on clusters and a service: for tests of the rules.
#pragma once

#include <gtest/gtest.h>

#include "written.hpp"

namespace workload_calls {

using cicd::tests::model_from;

/// Two environments on clusters and a service, for what refers to them.
inline const std::string start =
    "add_pipeline(o TEMPLATE java-maven BASE rootfs:r)\npipeline_environment(o stage VIA kubectl NAMESPACE "
    "s)\n"
    "pipeline_environment(o prod VIA kubectl NAMESPACE p)\npipeline_service(o api PORT 80 HOST "
    "o.example.com)\n";

inline cicd::pipeline good(const std::string& lines) {
  auto made = model_from(lines);
  for (const auto& each : made.errors) ADD_FAILURE() << cicd::text_of(each);
  return made.errors.empty() ? made.model.pipelines.at(0).declared : cicd::pipeline{};
}

inline std::string note_of(const cicd::error& of, std::string_view label) {
  for (const auto& note : of.notes)
    if (note.label == label) return note.text;
  return {};
}

inline std::string first_line(const cicd::error& of) {
  const std::string text = cicd::text_of(of);
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(std::string("cicd: error: ").size());
}

inline void expect_error(const std::string& lines,
                         const std::string& words,
                         const std::string& did_you_mean = {}) {
  const auto errors = model_from(lines).errors;
  ASSERT_EQ(errors.size(), 1u) << lines << "\n" << cicd::tests::errors_of(lines);
  EXPECT_EQ(first_line(errors.front()), words);
  EXPECT_EQ(note_of(errors.front(), "did you mean"), did_you_mean) << lines;
  EXPECT_EQ(errors.front().kind, cicd::exit_class::usage);
}

inline void expect_service_error(const std::string& words,
                                 const std::string& said,
                                 const std::string& near = {}) {
  expect_error(start + "pipeline_service(o web " + words + ")", "o/web: " + said, near);
}

inline void expect_cron_error(const std::string& words,
                              const std::string& said,
                              const std::string& near = {}) {
  expect_error(start + "pipeline_cron_job(o close " + words + ")", "o/close: " + said, near);
}

inline void expect_environment_error(const std::string& words,
                                     const std::string& said,
                                     const std::string& near = {}) {
  expect_error("add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o s " + words + ")", "o/s: " + said,
               near);
}

}  // namespace workload_calls
