// A service as it is in one environment: values given there over those that hold everywhere.
#include <cicd/declare/fields.hpp>
#include <cicd/declare/model.hpp>

#include <algorithm>

namespace cicd {

namespace declare_service_in {
namespace {

/// Lists of variables are merged by name: the other's values over one's own.
template <typename T>
std::vector<T> merged_by_name(std::vector<T> under, const std::vector<T>& over) {
  for (const T& each : over) {
    const auto same =
        std::find_if(under.begin(), under.end(), [&](const T& other) { return other.name == each.name; });
    if (same != under.end())
      *same = each;
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

void lay_service_over(service& base, const service& over) {
  std::size_t index = 0;
  each_field(base, [&]<typename V>(std::string_view key, V& field) {
    std::size_t other = 0;
    each_field(const_cast<service&>(over), [&]<typename W>(std::string_view, W& value) {
      if constexpr (std::is_same_v<V, W>) {
        if (other == index && is_set(value) && key != "name" && key != "in") {
          if constexpr (requires { value.front().name; })
            field = merged_by_name(std::move(field), value);
          else
            field = value;
        }
      }
      ++other;
    });
    ++index;
  });
}

}  // namespace
}  // namespace declare_service_in

service service_in(const pipeline& declared, std::string_view name, std::string_view environment) {
  service merged;
  bool first = true;
  for (const service& each : declared.services) {
    if (each.name.view() != name) continue;
    const bool holds = std::any_of(each.in.begin(), each.in.end(),
                                   [&](const dns_label& in) { return in.view() == environment; });
    if (first)
      merged = each;
    else if (holds)
      declare_service_in::lay_service_over(merged, each);
    first = false;
  }
  return merged;
}

}  // namespace cicd
