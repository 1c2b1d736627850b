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
  if (status good = long_enough(*value, of.name.view()); !good) return std::move(good).error();
  if (after_) after_(*value);
  const std::lock_guard hold(mutex_);
  known_.emplace_back(of, *value);
  add(of.name.str(), *value);
  return value;
}

status secret_store::long_enough(const secret_value& value, std::string_view name) {
  const std::size_t length = characters_in(value);
  if (length >= least_secret) return {};
  return error{
      exit_class::usage,
      {},
      length == 0 ? "the value of the secret is empty" : "the value of the secret is too short to be masked",
      std::string(name),
      {}}
      .with("allowed", "at least 4 characters: the mask of a shorter one would make every log unreadable");
}

/// The lock is held.
void secret_store::add(const std::string& name, secret_value value) {
  found_by_.emplace_back(name, std::move(value));
  std::vector<secret_value> all;
  for (const auto& [of, each] : found_by_) all.push_back(each);
  finder_ = std::make_shared<const secret_finder>(all);
}

status secret_store::take(const std::string& name, const secret_value& value) {
  if (status good = long_enough(value, name); !good) return good;
  if (after_) after_(value);
  const std::lock_guard hold(mutex_);
  if (std::ranges::find(found_by_, std::pair(name, value)) == found_by_.end()) add(name, value);
  return {};
}

/// The last one: an attempt may leave another than the one before it.
std::optional<secret_value> secret_store::taken(const std::string& name) const {
  const std::lock_guard hold(mutex_);
  for (auto at = found_by_.rbegin(); at != found_by_.rend(); ++at)
    if (at->first == name) return at->second;
  return std::nullopt;
}

std::shared_ptr<const secret_finder> secret_store::finder() const {
  const std::lock_guard hold(mutex_);
  return finder_;
}

std::vector<std::pair<std::string, secret_finder>> secret_store::by_name() const {
  const std::lock_guard hold(mutex_);
  std::vector<std::pair<std::string, secret_finder>> all;
  for (const auto& [name, value] : found_by_) all.emplace_back(name, secret_finder({value}));
  return all;
}

std::vector<secret_value> secret_store::newly_fetched() {
  const std::lock_guard hold(mutex_);
  std::vector<secret_value> some;
  for (; told_ < found_by_.size(); ++told_) some.push_back(found_by_[told_].second);
  return some;
}

}  // namespace cicd
