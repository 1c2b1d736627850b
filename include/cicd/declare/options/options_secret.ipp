// What the places of a secret look like.
#pragma once

#include <algorithm>
#include <string_view>

#include <cicd/declare/options/options_secret.hpp>

namespace cicd::declaring {

namespace declare_options_options_secret {
namespace {

/// What AWS takes as the name of a secret, or its ARN; never what its program would read as a file or a URL.
bool is_aws_secret(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.find("://") == text.npos
         && std::all_of(text.begin(), text.end(), [](char c) {
              return detail::is_alnum_lower(c) || detail::is_upper(c)
                     || std::string_view("/_+=.@-:!").find(c) != std::string_view::npos;
            });
}

}  // namespace
}  // namespace declare_options_options_secret

bool is_absolute_or_of_home(std::string_view text) {
  return text.starts_with('/') || (text.starts_with("~/") && text.size() > 2);
}

void specialise_secret(option& of) {
  using namespace declare_options_options_secret;
  if (of.key == "file")
    of.allowed = "an absolute path, or one that begins with ~/", of.accepts = is_absolute_or_of_home;
  if (of.key == "aws")
    of.allowed = "the name of a secret in AWS Secrets Manager or its ARN: letters, digits and /_+=.@-:!",
    of.accepts = is_aws_secret;
}

}  // namespace cicd::declaring
