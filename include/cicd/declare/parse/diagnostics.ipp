// Gathering what is wrong with the declarations.
#pragma once

#include <cicd/declare/parse/diagnostics.hpp>

#include <algorithm>
#include <tuple>

#include <cicd/base/text.hpp>

namespace cicd::declaring {
namespace {

bool is_variable(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return detail::is_alnum_lower(c) || detail::is_upper(c) || c == '_' || c == '-' || c == '.';
  });
}

/// A value as it may be shown: without the password of a URL, and without that of a variable whose name says
/// that it is one.
std::string shown_value(const std::string& value) {
  const std::string shown = shown_url(value);
  const auto equals = shown.find('=');
  if (equals == shown.npos || shown.substr(equals + 1).starts_with('<')) return shown;
  const std::string name = shown.substr(0, equals);
  return names_a_secret(name) && is_variable(name) ? name + "=***" : shown;
}

/// Whether what is hidden of a value would be seen in a suggestion that was made of it.
bool hides(const std::string& value, const std::string& suggestion) {
  return shown_value(value) != shown_url(value) && shown_value(suggestion) == suggestion
         && suggestion.find('<') == suggestion.npos;
}

}  // namespace

bool names_a_secret(std::string_view name) {
  const std::string folded = lower(name);
  constexpr std::string_view words[] = {"password",    "passwd",     "passphrase",     "secret",
                                        "token",       "credential", "api_key",        "apikey",
                                        "private_key", "access_key", "encryption_key", "signing_key"};
  const bool is_access_token = folded == "pat" || folded.ends_with("_pat") || folded.ends_with("-pat");
  return is_access_token || std::ranges::any_of(words, [&](std::string_view each) {
           return folded.find(each) != folded.npos;
         });
}

void findings::add(const place& where, remark about) {
  error failure = error_from(where, std::move(about));
  if (!has(errors_, where, failure)) errors_.push_back({where, std::move(failure)});
}

bool findings::has(const std::vector<finding>& all, const place& where, const error& failure) {
  return where && std::ranges::any_of(all, [&](const finding& each) {
           return each.where.site == where.site && each.where.word == where.word
                  && each.failure.what == failure.what && each.failure.value == failure.value;
         });
}

void findings::warn(const place& where, remark about) {
  error failure = error_from(where, std::move(about));
  if (!has(warnings_, where, failure)) warnings_.push_back({where, std::move(failure)});
}

error findings::error_from(const place& where, remark about) const {
  if (about.value == about.did_you_mean || (about.value && hides(*about.value, about.did_you_mean)))
    about.did_you_mean.clear();
  error failure = error{.kind = exit_class::usage,
                        .subject = where ? where.site->subject : std::string(),
                        .what = std::move(about.what),
                        .value = about.value ? std::optional(shown_value(*about.value)) : std::nullopt,
                        .notes = {}}
                      .with("declared at", where ? text_of(where.site->from->where) : std::string())
                      .with("allowed", std::move(about.allowed))
                      .with("did you mean", shown_value(about.did_you_mean))
                      .with("try", std::move(about.help));
  for (note& each : about.further) failure.notes.push_back(std::move(each));
  return failure;
}

std::string findings::relative_to_call(std::string_view path, const call_site& site) const {
  const auto below = [](std::string_view of, std::string_view folder) {
    const bool is = !folder.empty() && of.starts_with(folder) && of.substr(folder.size()).starts_with('/');
    return is ? of.substr(folder.size() + 1) : std::string_view();
  };
  const std::string_view directory = site.from->directory;
  // A build tree within the sources is not among them.
  const std::string_view built = below(path, build_root_);
  if (built.empty()) return std::string(below(path, directory));
  const std::string_view own = below(directory, source_root_), inner = below(built, own);
  return std::string(inner.empty() ? built : inner);
}

errors findings::in_order(std::vector<finding>& of, std::vector<called_word>* places) {
  const auto key = [](const finding& each) {
    return std::tuple(each.where ? each.where.site->order : 0, each.where.word);
  };
  std::stable_sort(of.begin(), of.end(), [&](const finding& a, const finding& b) { return key(a) < key(b); });
  errors all;
  all.reserve(of.size());
  for (finding& each : of) {
    if (places) places->push_back({std::get<0>(key(each)), each.where.word});
    all.push_back(std::move(each.failure));
  }
  of.clear();
  return all;
}

}  // namespace cicd::declaring
