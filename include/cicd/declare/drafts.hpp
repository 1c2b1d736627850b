// A pipeline between reading and judging: its declarations with the places where each option is given, the
// template's and the person's already one. The checks look here, so that each error can name its call.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cicd/declare/reading.hpp>

namespace cicd::declaring {

/// Declarations of one kind by name, in order.
template <typename T>
class named_list {
 public:
  declaration<T>* find(std::string_view name) {
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

struct draft {
  declaration<pipeline> own;
  named_list<step> steps;
  named_list<image> images;
  named_list<service> services;
  std::vector<declaration<service>> overrides;  ///< of services, with IN
  named_list<environment> environments;
  bool without_template = false;  ///< its template could not be read: what it lacks may be there
};

/// Lays what `over` gives over `base`; places go along.
template <typename T>
void lay_over(declaration<T>& base, const declaration<T>& over) {
  std::size_t index = 0;
  each_field(base.value, [&]<typename V>(std::string_view, V& field) {
    const std::size_t at = index++;
    if (!over.given[at]) return;
    std::size_t other = 0;
    each_field(const_cast<T&>(over.value), [&]<typename W>(std::string_view, W& value) {
      if constexpr (std::is_same_v<V, W>)
        if (other == at) field = value;
      ++other;
    });
    base.given[at] = over.given[at];
  });
  base.site = over.site;
}

}  // namespace cicd::declaring
