// A pipeline between reading and judging: its declarations with the places where each option is given, the
// template's and the person's already one. The checks look here, so that each error can name its call.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/parse/parser.hpp>

namespace cicd::declaring {

/// Declarations of one kind by name, in order.
template <typename T>
class named_list {
 public:
  declaration<T>* find(std::string_view name) {
    const auto found = index_.find(std::string(name));
    return found == index_.end() ? nullptr : &items_[found->second];
  }
  const declaration<T>* find(std::string_view name) const {
    const auto found = index_.find(std::string(name));
    return found == index_.end() ? nullptr : &items_[found->second];
  }
  void add(declaration<T> item) {
    index_.emplace(item.name, items_.size());
    items_.push_back(std::move(item));
  }
  std::deque<declaration<T>>& items() { return items_; }
  const std::deque<declaration<T>>& items() const { return items_; }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const declaration<T>& each : items_) all.push_back(each.name);
    return all;
  }

 private:
  std::deque<declaration<T>> items_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// Services or cron jobs: the calls that declare them, and those that give them other values IN environments.
template <typename T>
struct workloads : named_list<T> {
  std::vector<declaration<T>> overrides{};
};

template <typename T>
using list_of = std::conditional_t<has_places<T>, workloads<T>, named_list<T>>;
template <typename... T>
std::tuple<list_of<T>...> lists_of(kind_list<T...>);

struct draft {
  declaration<pipeline> own;
  decltype(lists_of(kinds{})) parts;
  std::vector<const call_site*> label_calls;  ///< of pipeline_label()
  /// Notifiers of the build tree in whose place it has one of its own, by their destination.
  std::vector<std::pair<std::string, const call_site*>> replaced_notifiers{};
  /// As in a model: each setting, with its values IN environments behind it.
  std::vector<setting> settings{};
  std::vector<setting_departure> departures{};
  bool without_template = false;  ///< its template could not be read: what it lacks may be there

  /// Those of a kind, by name: previews by environment, canaries by environment and service.
  template <typename T>
  auto& all() {
    return std::get<list_of<T>>(parts);
  }
  template <typename T>
  const auto& all() const {
    return const_cast<draft*>(this)->all<T>();
  }
};

/// A list after another's values: each stands once, one with a name or a key over the one of its name.
template <typename V>
std::vector<V> added_to_list(std::vector<V> under, const std::vector<V>& over) {
  if constexpr (merges_in_lists<std::vector<V>>) return merged_by_identity(std::move(under), over);
  for (const V& each : over)
    if (std::find(under.begin(), under.end(), each) == under.end()) under.push_back(each);
  return under;
}

/// Whether the list that is given there replaces what is under it: it begins with a `=`, or is the words of a
/// program.
inline bool replaces_list(const option& of, const place& given) {
  const std::vector<std::string>& words = given.site->from->arguments;
  return of.may_hold_empty || (given.word + 1 < words.size() && words[given.word + 1] == "=");
}

/// Lays what `over` gives over a template's `base`: lists add to it, all else replaces. Places go along.
template <typename T>
void lay_over(declaration<T>& base, const declaration<T>& over) {
  std::size_t at = 0;
  each_pair(base.value, over.value, [&]<typename V>(std::string_view, V& field, const V& value) {
    if (over.given[at]) {
      if constexpr (is_list<V>)
        field = replaces_list(options_of<T>()[at], over.given[at]) ? value
                                                                   : added_to_list(std::move(field), value);
      else
        field = value;
      base.given[at] = over.given[at];
    }
    ++at;
  });
  base.site = over.site;
}

/// The same for a call with IN: its values as they hold in the environments that it names.
template <typename T>
void lay_in_over(declaration<T>& base, const declaration<T>& over) {
  lay_in_environment(base.value, over.value);
  for (std::size_t at = 0; at < base.given.size(); ++at)
    if (over.given[at]) base.given[at] = over.given[at];
  base.site = over.site;
}

}  // namespace cicd::declaring
