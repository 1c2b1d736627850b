// The names of gates. See ci_gate.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/export/ci_gate.hpp>

namespace cicd {

std::string ci_job_name(std::string_view pipeline, std::string_view part) {
  const std::string name = fmt::format("{}-{}", pipeline, part);
  return name.front() >= '0' && name.front() <= '9' ? "job-" + name : name;
}

std::string gate_name(std::string_view system, const gated_deploy& of) {
  if (system == "GitHub Actions")
    return ci_job_name(of.pipeline, of.environment) + (of.is_preview ? "-preview" : "") + "-approval";
  if (system == "Buildkite" || system == "Drone" || system == "GitLab CI")
    return ci_job_name(of.pipeline, of.part);
  return {};
}

bool is_gate_of(std::string_view system, const gated_deploy& of, std::string_view gate) {
  if (gate == gate_name(system, of)) return true;
  const std::string begin = "all-" + of.part, end = fmt::format(": [{}]", of.pipeline);
  if (system != "GitLab CI" || gate.size() < begin.size() + end.size() || !gate.starts_with(begin)
      || !gate.ends_with(end))
    return false;
  const std::string_view number = gate.substr(begin.size(), gate.size() - begin.size() - end.size());
  return number.empty()
         || (number.size() > 1 && number.front() == '-'
             && number.find_first_not_of("0123456789", 1) == number.npos);
}

}  // namespace cicd
