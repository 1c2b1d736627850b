// What runs and no declaration may say: the rules of declare/ can be narrower than the server's. It is left
// to a patch.
#pragma once

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/adopt/proof.hpp>

namespace cicd::kubernetes::adopting {

namespace kubernetes_adopt_adopt_refused {

/// By these a workload is found, and an object made.
inline bool is_kept(std::string_view keyword) {
  static constexpr std::array<std::string_view, 14> all{
      "NAMED", "SELECTOR", "SERVICE_SELECTOR", "SCHEDULE",  "IMAGE", "PORT", "HOST", "STATEFUL", "OF", "ROLE",
      "BASE",  "VIA",      "NAMESPACE",        "REPOSITORY"};
  return std::ranges::find(all, keyword) != all.end();
}

/// Takes the option out in which the call's word stands; false where there is none that may be taken out.
inline bool leave_out(written_call& from,
                      std::size_t refused,
                      const error& why,
                      std::vector<std::string>& warnings) {
  std::size_t word = from.names.size();
  for (auto each = from.options.begin(); each != from.options.end(); ++each) {
    const std::size_t end = word + 1 + each->second.size();
    if (refused >= word && refused < end) {
      if (is_kept(each->first)) return false;
      warnings.push_back(fmt::format("{} of {} is left to a patch, since {}", each->first, from.names.back(),
                                     displayable(why.what)));
      from.options.erase(each);
      return true;
    }
    word = end;
  }
  return false;
}

/// There is no file yet that it could be declared in.
inline error unsayable(error why) {
  std::erase_if(why.notes, [](const note& each) { return each.label == "declared at"; });
  why.what = "no declaration can say what runs: " + why.what;
  return std::move(why).with("try", "--selector, to leave it out and adopt the rest");
}

}  // namespace kubernetes_adopt_adopt_refused

status leave_out_refused(std::vector<written_call>& calls, std::vector<std::string>& warnings) {
  using namespace kubernetes_adopt_adopt_refused;
  for (model_or_errors model = model_by(calls); !model.errors.empty(); model = model_by(calls)) {
    const called_word at = model.places.front();
    const error& why = model.errors.front();
    if (leave_out(calls[at.call], at.word, why, warnings)) continue;
    // A container beside the main one can be in the patch as a whole.
    if (calls[at.call].function != "pipeline_container") return unsayable(why);
    warnings.push_back(
        fmt::format("container {} is left to a patch, with the image that it has now, since {}",
                    calls[at.call].names.back(), displayable(why.what)));
    calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(at.call));
  }
  return {};
}

}  // namespace cicd::kubernetes::adopting
