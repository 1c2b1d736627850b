// The commands of GitHub Actions (actions/toolkit, command.ts), Azure Pipelines (logging-commands) and
// Buildkite (agent, cli-redactor).
#pragma once

#include <cicd/base/secret_forms.hpp>
#include <cicd/base/text.hpp>
#include <cicd/observe/ci_masks.hpp>

namespace cicd {

namespace observe_ci_masks {
namespace {

/// One line, whatever the text holds.
std::string in_one_line(std::string text, const char* percent) {
  text = replaced_all(std::move(text), "%", percent);
  return replaced_all(replaced_all(std::move(text), "\r", "%0D"), "\n", "%0A");
}

}  // namespace
}  // namespace observe_ci_masks

ci_mask mask_for(const std::string& system, const secret_value& value) {
  using namespace observe_ci_masks;
  ci_mask how;
  if (system == "GitHub Actions")
    for (const std::string& text : texts_of(value))
      how.lines.push_back("::add-mask::" + in_one_line(text, "%25"));
  // It masks the whole value and not its lines.
  if (system == "Azure Pipelines")
    for (const std::string& text : texts_of(value))
      how.lines.push_back("##vso[task.setsecret]" + in_one_line(text, "%AZP25"));
  if (system == "Buildkite") {
    how.program = {"buildkite-agent", "redactor", "add"};
    how.input = texts_of(value).front();
  }
  return how;
}

}  // namespace cicd
