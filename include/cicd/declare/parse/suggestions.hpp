// The nearest good value to a wrong one, by type: what the person most likely meant.
// A guess that its type does not accept is not made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// Overloaded by type; empty where nothing is near.
std::string guess(const dns_label*, std::string_view text);
std::string guess(const host_name*, std::string_view text);
std::string guess(const image_repository*, std::string_view text);
std::string guess(const variable_name*, std::string_view text);
std::string guess(const url_path*, std::string_view text);
std::string guess(const quantity*, std::string_view text);
std::string guess(const label_key*, std::string_view text);
std::string guess(const ref_pattern*, std::string_view text);
std::string guess(const duration*, std::string_view text);
std::string guess(const port_number*, std::string_view text);
std::string guess(const retry_count*, std::string_view text);
std::string guess(const replica_range*, std::string_view text);
std::string guess(const user_id*, std::string_view text);
std::string guess(const assignment*, std::string_view text);
std::string guess(const label*, std::string_view text);
std::string guess(const secret_reference*, std::string_view text);
std::string guess(const trigger*, std::string_view text);
std::string guess(const amount*, std::string_view text);
std::string guess(const share*, std::string_view text);
std::string guess(const cron_schedule*, std::string_view text);
std::string guess(const time_zone_name*, std::string_view text);
std::string guess(const toleration*, std::string_view text);
std::string guess(const env_source*, std::string_view text);
std::string guess(const eks_cluster*, std::string_view text);
std::string guess(const object_name*, std::string_view text);
std::string guess(const annotation*, std::string_view text);
std::string guess(const named_port*, std::string_view text);
std::string guess(const mount*, std::string_view text);
std::string guess(const patience*, std::string_view text);
std::string guess(const toggle*, std::string_view text);

/// The guess for a value of type `V` of that option, accepted by the type; empty when there is none.
template <typename V>
std::string mended(const option& of, std::string_view text) {
  if (!of.choices.empty() && !std::is_same_v<V, toggle>)
    return nearest(text, std::vector<std::string>(of.choices.begin(), of.choices.end())).value_or("");
  if constexpr (requires { guess(static_cast<const V*>(nullptr), text); }) {
    const std::string made = guess(static_cast<const V*>(nullptr), text);
    if (made == text) return {};
    if constexpr (requires { V::accepts(made); })
      return V::accepts(made) && (!of.accepts || of.accepts(made)) ? made : "";
    else
      return made;
  } else {
    return {};
  }
}

}  // namespace cicd::declaring
