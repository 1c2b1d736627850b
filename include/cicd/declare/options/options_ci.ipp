// What a system, a runner and an image of jobs look like.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include <cicd/declare/options/options_ci.hpp>

namespace cicd::declaring {

namespace declare_options_options_ci {
namespace {

const std::vector<std::string_view> systems{"github", "gitlab", "circleci", "buildkite", "drone", "jenkins"};

bool is_image_of_jobs(std::string_view text) {
  const auto digest = text.find("@sha256:");
  const std::string_view name = text.substr(0, digest);
  return !name.empty()
         && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-")
                == name.npos
         && (digest == text.npos || detail::is_pinned_reference(text));
}

/// `github=ubuntu-24.04`
bool is_runner(std::string_view text) {
  const auto equals = text.find('=');
  return equals != text.npos && equals + 1 < text.size()
         && std::ranges::find(systems, text.substr(0, equals)) != systems.end();
}

}  // namespace
}  // namespace declare_options_options_ci

void specialise_ci_export(option& of) {
  using namespace declare_options_options_ci;
  if (of.key == "systems")
    of.choices = systems, of.allowed = "github, gitlab, circleci, buildkite, drone and jenkins",
    of.is_unique = true;
  if (of.key == "runner")
    of.allowed =
        "github=<label>, gitlab=<tag>, circleci=<resource class>, buildkite=<queue>, drone=<runner>, "
        "jenkins=<label>",
    of.accepts = is_runner;
  if (of.key == "image")
    of.allowed = "<registry>/<repository>, or such a reference that ends in @sha256:<64 digits>",
    of.accepts = is_image_of_jobs;
  if (of.key == "setup") of.starts_program = of.may_hold_empty = true;
}

}  // namespace cicd::declaring
