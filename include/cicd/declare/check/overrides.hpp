// Values given IN an environment over those that hold everywhere: what is set replaces, and lists whose
// values have a name or a key are merged by it.
#pragma once

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// The other's values over one's own, each over the one of its name.
template <typename V>
std::vector<V> merged_by_identity(std::vector<V> under, const std::vector<V>& over) {
  const auto same = [](const V& a, const V& b) {
    if constexpr (requires { a.name; })
      return a.name == b.name;
    else
      return a.key == b.key;
  };
  for (const V& each : over) {
    const auto found =
        std::find_if(under.begin(), under.end(), [&](const V& other) { return same(other, each); });
    if (found != under.end())
      *found = each;
    else
      under.push_back(each);
  }
  return under;
}

/// Whether a field holds more than its default.
template <typename V>
bool is_set(const std::vector<V>& value) {
  return !value.empty();
}
template <typename V>
bool is_set(const V& value) {
  return static_cast<bool>(value);
}

/// Lays the values of a service or cron job IN an environment over those of the call that declares it.
template <typename T>
void lay_in_environment(T& base, const T& over) {
  each_pair(base, over, []<typename V>(std::string_view key, V& field, const V& value) {
    if (key == "name" || key == "in" || !is_set(value)) return;
    if constexpr (merges_in_lists<V>)
      field = merged_by_identity(std::move(field), value);
    else
      field = value;
  });
}

/// Whether a call holds IN that environment, or in those copies of branches.
template <typename T>
bool holds_in(const T& call, std::string_view where) {
  return std::any_of(call.in.begin(), call.in.end(), [&](const dns_label& in) { return in.view() == where; });
}

/// The first call of a name declares it. What holds in the copies of branches lies over their environment's.
template <typename T>
T merged_in(const std::vector<T>& calls,
            std::string_view name,
            std::string_view environment,
            std::string_view copy) {
  T merged;
  const T* first = nullptr;
  for (const std::string_view where : {environment, copy})
    for (const T& each : calls) {
      if (each.name.view() != name) continue;
      if (first == nullptr)
        merged = *(first = &each);
      else if (&each != first && !where.empty() && holds_in(each, where))
        lay_in_environment(merged, each);
    }
  return merged;
}

/// Each name once, sorted, as `merged_in` gives it. Merging costs the same however many others there are.
template <typename T>
std::vector<T> all_merged_in(const std::vector<T>& calls,
                             std::string_view environment,
                             std::string_view copy) {
  std::map<std::string_view, std::vector<T>> by_name;
  for (const T& each : calls) by_name[each.name.view()].push_back(each);
  std::vector<T> all;
  for (const auto& [name, own] : by_name) all.push_back(merged_in(own, name, environment, copy));
  return all;
}

}  // namespace cicd::declaring
