// One service of a pipeline as it is in one environment, with everything that its objects share worked out
// once: names, labels, image. What the renderers of the single objects hand to each other inside this room;
// nobody outside needs it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <cicd/kubernetes/objects.hpp>

namespace cicd::kubernetes {

/// The label by which a Service finds its pods; a canary's pods bear it too, a preview's never.
inline constexpr std::string_view traffic_label = "cicd.dev/traffic";
/// The labels by which a Deployment finds its pods.
inline constexpr std::string_view workload_label = "cicd.dev/workload";
inline constexpr std::string_view track_label = "cicd.dev/track";
inline constexpr std::string_view stable_track = "stable";

/// An environment variable with its placeholders replaced.
struct variable {
  std::string name, value;
};

struct workload {
  service declared;  ///< with the values of the environment
  const cicd::image* image = nullptr;
  std::string name;            ///< of every object: `orders-api`
  std::string selected_by;     ///< the value of the labels that selectors ask for: `orders.api`, never that of another pair
  std::string namespace_name;  ///< empty where none is declared
  std::string reference;       ///< `<repository>:<tag>@<digest>`
  std::string host;            ///< empty where there is no Ingress
  std::vector<variable> env;
  json labels;  ///< the descriptive ones, in no selector
  json annotations;
};

/// An object with these members, in this order: `members_of("kind", "Service", "spec", spec)`.
template <typename... Parts>
json members_of(Parts&&... parts);

/// An array of these elements.
template <typename... Elements>
json list_of(Elements&&... elements) {
  json::array list;
  list.reserve(sizeof...(Elements));
  (list.emplace_back(std::forward<Elements>(elements)), ...);
  return json(std::move(list));
}

/// `<pipeline>-<service>` as every kind of object may be called (RFC 1035 label, at most 63). A name that had
/// to be altered ends with a hash of the pair.
std::string workload_name(std::string_view pipeline, std::string_view service);

/// The metadata of an object of the workload.
json metadata_of(const workload& of);
/// The labels by which the Deployment, and nothing else, selects its pods.
json pod_selector(const workload& of);
/// The pods: metadata and spec, as `spec.template` of a Deployment has them.
json pod_template(const workload& of);

namespace detail {
inline void add_members(json::object&) {}
template <typename Key, typename Value, typename... Rest>
void add_members(json::object& to, Key&& key, Value&& value, Rest&&... rest) {
  to.emplace_back(std::string(key), json(std::forward<Value>(value)));
  add_members(to, std::forward<Rest>(rest)...);
}
}  // namespace detail

template <typename... Parts>
json members_of(Parts&&... parts) {
  static_assert(sizeof...(Parts) % 2 == 0, "a key and a value each");
  json::object members;
  members.reserve(sizeof...(Parts) / 2);
  detail::add_members(members, std::forward<Parts>(parts)...);
  return json(std::move(members));
}

}  // namespace cicd::kubernetes
