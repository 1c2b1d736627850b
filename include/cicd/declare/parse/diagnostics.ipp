// Gathering what is wrong with the declarations.
#pragma once

#include <cicd/declare/parse/diagnostics.hpp>

#include <algorithm>
#include <tuple>

#include <cicd/base/text.hpp>

namespace cicd::declaring {

void findings::add(const place& where, remark about) {
  error failure = error_from(where, std::move(about));
  const bool said = std::ranges::any_of(errors_, [&](const finding& each) {
    return each.where.site == where.site && each.where.word == where.word
           && each.failure.what == failure.what && each.failure.value == failure.value;
  });
  if (!said || !where) errors_.push_back({where, std::move(failure)});
}

void findings::warn(const place& where, remark about) {
  warnings_.push_back({where, error_from(where, std::move(about))});
}

error findings::error_from(const place& where, remark about) const {
  error failure = error{.kind = exit_class::usage,
                        .subject = where ? where.site->subject : std::string(),
                        .what = std::move(about.what),
                        .value = about.value ? std::optional(shown_url(*about.value)) : std::nullopt,
                        .notes = {}}
                      .with("declared at", where ? text_of(where.site->from->where) : std::string())
                      .with("allowed", std::move(about.allowed))
                      .with("did you mean", std::move(about.did_you_mean))
                      .with("try", std::move(about.help));
  for (note& each : about.further) failure.notes.push_back(std::move(each));
  return failure;
}

errors findings::in_order(std::vector<finding>& of) {
  const auto key = [](const finding& each) {
    return std::tuple(each.where ? each.where.site->order : 0, each.where.word);
  };
  std::stable_sort(of.begin(), of.end(), [&](const finding& a, const finding& b) { return key(a) < key(b); });
  errors all;
  all.reserve(of.size());
  for (finding& each : of) all.push_back(std::move(each.failure));
  of.clear();
  return all;
}

}  // namespace cicd::declaring
