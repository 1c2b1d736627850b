// Placeholders in texts of a declaration, `{name}`. What each stands for is given.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// A value for each placeholder; those not listed here are unknown where the text is used.
using placeholder_values = std::map<std::string, std::string, std::less<>>;
/// A branch's name in hosts, namespaces and names of objects, `{slug}`, has at most as many characters.
inline constexpr std::size_t longest_slug = 40;
/// What `database.outputs.host` names: a value that a step left.
struct named_output {
  std::string_view by, name;  ///< `database`, `host`; views of the placeholder
};
/// Nothing of another placeholder.
std::optional<named_output> output_named_by(std::string_view placeholder);
/// What stands before a setting's name.
inline constexpr std::string_view setting_prefix = "setting.";
/// `region` of `setting.region`; nothing of another placeholder.
std::optional<std::string_view> setting_named_by(std::string_view placeholder);
/// Replaces `{name}` wherever `name` is `[a-z_]+`, a `named_output`, a setting, an image with `.layout`,
/// `.digest`, `.tag` or `.repository`, or a backing service with `.url`, `.host`, `.port` or `.dir`, not
/// after
/// `$` or `%`. A name without a value stays as it is: the declaration was checked before.
std::string with_placeholders(std::string_view text, const placeholder_values& values);
/// The names that a text uses, in order of appearance.
std::vector<std::string> placeholders_in(std::string_view text);
/// Whether a name is `<service>.url`, `.host`, `.port` or `.dir`.
bool is_part_of_service(std::string_view name);

}  // namespace cicd
