// The common shapes `folder/**` and `folder/` match by their start alone; all others go through
// `glob_matches`.
#pragma once

#include <cicd/observe/query_match.hpp>

#include <algorithm>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>

namespace cicd::observing {

namespace observe_query_match {
namespace {

bool has_wildcard(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\')
      ++at;
    else if (pattern[at] == '*' || pattern[at] == '?' || pattern[at] == '[')
      return true;
  }
  return false;
}

std::string without_dot(std::string pattern) {
  while (pattern.starts_with("./")) pattern.erase(0, 2);
  return pattern;
}

}  // namespace
}  // namespace observe_query_match

prepared_pattern::prepared_pattern(std::string pattern)
    : text_(observe_query_match::without_dot(std::move(pattern))), start_(glob_root(text_)) {
  parts_ = split(text_, '/');
  const bool below_folder = text_.ends_with('/');
  if (below_folder) parts_.back() = "**";
  if (observe_query_match::has_wildcard(text_)) {
    everything_ = text_ == (start_.empty() ? "**" : start_ + "/**");
  } else if (below_folder) {
    everything_ = true;
  } else {
    literal_ = start_;
    start_ = literal_.find('/') == literal_.npos ? "" : literal_.substr(0, literal_.rfind('/'));
  }
}

bool prepared_pattern::leads_out() const {
  return text_.starts_with('/') || std::find(parts_.begin(), parts_.end(), "..") != parts_.end();
}

bool prepared_pattern::matches(std::string_view relative) const {
  if (everything_) return true;
  if (!literal_.empty()) return relative == literal_;
  return glob_matches(text_, relative);
}

bool prepared_pattern::enters(std::string_view relative_folder) const {
  if (everything_) return true;
  if (!literal_.empty()) return false;
  for (const auto& part : parts_) {
    if (part.find("**") != part.npos) return true;
    if (relative_folder.empty()) return true;
    const auto slash = relative_folder.find('/');
    if (!glob_matches(part, relative_folder.substr(0, slash))) return false;
    relative_folder = slash == relative_folder.npos ? std::string_view() : relative_folder.substr(slash + 1);
  }
  return false;
}

prepared_excludes::prepared_excludes(const std::vector<std::string>& patterns,
                                     const std::optional<context_rules>& context) {
  if (context) {
    ignored_.emplace(context->text, context->below);
    kept_ = context->kept;
  }
  for (const auto& given : patterns) {
    auto& pattern = patterns_.emplace_back(observe_query_match::without_dot(given));
    if (pattern.ends_with("/**")) folders_.push_back(pattern.substr(0, pattern.size() - 3));
    if (pattern.ends_with('/')) folders_.push_back(pattern.substr(0, pattern.size() - 1));
  }
}

bool prepared_excludes::hides(std::string_view relative) const {
  if (ignored_ && ignored_->hides(relative))
    return std::find(kept_.begin(), kept_.end(), relative) == kept_.end();
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) { return glob_matches(pattern, relative); });
}

bool prepared_excludes::hides_folder(std::string_view relative_folder) const {
  const auto lies_in = [&](const std::string& path) {
    return path.starts_with(std::string(relative_folder) + "/");
  };
  if (ignored_ && ignored_->hides_folder(relative_folder)
      && std::none_of(kept_.begin(), kept_.end(), lies_in))
    return true;
  return std::any_of(folders_.begin(), folders_.end(),
                     [&](const std::string& pattern) { return glob_matches(pattern, relative_folder); });
}

}  // namespace cicd::observing
