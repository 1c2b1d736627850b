// The words of what is wrong with values that steps leave and use, and with shards.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/parse/messages.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {

remark output_not_before(std::string_view written,
                         std::span<const std::string> words,
                         std::string_view step) {
  std::vector<std::string> allowed;
  for (const std::string& each : words) allowed.push_back("{" + each + "}");
  return {.what = "the placeholder stands for no value of a step that this one comes AFTER",
          .value = fmt::format("{{{}}}", written),
          .allowed = joined(allowed, ", "),
          .did_you_mean = nearest("{" + text_of(written) + "}", allowed).value_or(""),
          .help = !step.empty()     ? fmt::format("add AFTER {}", step)
                  : allowed.empty() ? "add AFTER <step>, and OUTPUT_VALUES to that step"
                                    : ""};
}

remark no_such_output(std::string_view written, std::string_view step, std::span<const std::string> names) {
  const std::string name(output_named_by(written)->name);
  return {.what = fmt::format("{} leaves no value of this name", step),
          .value = name,
          .allowed = joined(names, ", "),
          .did_you_mean = nearest(name, names).value_or(""),
          .help = "or add it to its OUTPUT_VALUES"};
}

remark secret_output_in_text(std::string_view keyword, std::string_view written, std::string_view name) {
  return {.what = fmt::format("a value that is secret never stands in {}", keyword),
          .value = fmt::format("{{{}}}", written),
          .help = fmt::format("SECRET_VALUES {}={{{}}}, which hands it over as a variable",
                              replaced_all(upper(name), "-", "_"), written)};
}

remark no_secret_output(std::string_view given, bool is_plain) {
  return {.what = is_plain ? "SECRET_VALUES takes what SECRET_OUTPUT_VALUES names; this value is not secret"
                           : "a value of SECRET_VALUES is one placeholder and nothing else",
          .value = std::string(given),
          .allowed = "<VARIABLE>={<step or pipeline>.outputs.<name>}",
          .help = is_plain ? "hand it in by ENV" : ""};
}

remark secret_and_plain_output(std::string_view name) {
  return {.what = "a value is secret or it is not",
          .value = std::string(name),
          .help = "leave it out of OUTPUT_VALUES, or out of SECRET_OUTPUT_VALUES"};
}

remark output_of_two_steps(std::string_view name, std::string_view first, std::string_view second) {
  return {
      .what = fmt::format("two steps of the pipeline leave a value of this name, {} and {}", first, second),
      .value = std::string(name),
      .help =
          "name one of them otherwise: by {<pipeline>.outputs.<name>} other pipelines could not tell them "
          "apart"};
}

remark shard_without_shards(std::string_view name) {
  return {.what = "the step has no SHARDS",
          .value = fmt::format("{{{}}}", name),
          .help = "add SHARDS, such as SHARDS 4"};
}

remark shard_without_tests(std::string_view name) {
  return {.what = "the step has no SHARD_BY",
          .value = fmt::format("{{{}}}", name),
          .help = "name the files that hold the tests, such as SHARD_BY tests/**/test_*.py"};
}

remark shards_that_are_alike() {
  return {.what =
              "SHARDS: neither COMMAND nor ENV says which part of the tests is run, so that each would run "
              "all of them",
          .allowed = "{shard}, {shards}, {shard.tests}, {shard.file}",
          .help = "name one of them: ENV SHARD={shard} SHARDS={shards} hands them to SHELL"};
}

remark step_like_a_shard(std::string_view name) {
  return {.what = "SHARDS: a shard cannot have this name, since a step has it, or it is too long",
          .value = std::string(name),
          .help = "name the step otherwise"};
}

}  // namespace cicd::declaring
