// Values by declaration, and the search for all of them.
#pragma once

#include <algorithm>

#include <cicd/run/secret_store.hpp>

namespace cicd {

result<secret_value> secret_store::value_of(const secret& of,
                                            const std::string& folder,
                                            const cancellation& cancelled) {
  {
    std::unique_lock hold(mutex_);
    fetched_.wait(hold, [&] { return std::ranges::find(fetching_, of) == fetching_.end(); });
    const auto known = std::ranges::find(known_, of, &std::pair<secret, secret_value>::first);
    if (known != known_.end()) return known->second;
    fetching_.push_back(of);
  }
  result<secret_value> value = fetched(of, folder, cancelled);
  const std::lock_guard hold(mutex_);
  std::erase(fetching_, of);
  fetched_.notify_all();
  return value;
}

result<secret_value> secret_store::fetched(const secret& of,
                                           const std::string& folder,
                                           const cancellation& cancelled) {
  result<secret_value> value = from_(of, folder, cancelled);
  if (!value) return value;
  const std::size_t length = characters_in(*value);
  if (length < least_secret)
    return error{exit_class::usage,
                 {},
                 length == 0 ? "the value of the secret is empty"
                             : "the value of the secret is too short to be masked",
                 of.name.str(),
                 {}}
        .with("allowed", "at least 4 characters: the mask of a shorter one would make every log unreadable");
  if (after_) after_(*value);
  add(of, *value);
  return value;
}

void secret_store::add(const secret& of, secret_value value) {
  const std::lock_guard hold(mutex_);
  known_.emplace_back(of, std::move(value));
  std::vector<secret_value> all;
  for (const auto& [declared, each] : known_) all.push_back(each);
  finder_ = std::make_shared<const secret_finder>(all);
}

std::shared_ptr<const secret_finder> secret_store::finder() const {
  const std::lock_guard hold(mutex_);
  return finder_;
}

std::vector<std::pair<std::string, secret_finder>> secret_store::by_name() const {
  const std::lock_guard hold(mutex_);
  std::vector<std::pair<std::string, secret_finder>> all;
  for (const auto& [declared, value] : known_) all.emplace_back(declared.name.str(), secret_finder({value}));
  return all;
}

std::vector<secret_value> secret_store::newly_fetched() {
  const std::lock_guard hold(mutex_);
  std::vector<secret_value> some;
  for (; told_ < known_.size(); ++told_) some.push_back(known_[told_].second);
  return some;
}

}  // namespace cicd
