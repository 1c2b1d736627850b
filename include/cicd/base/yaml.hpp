// YAML as kubectl reads it, documents of a file as JSON values, and as it is written. It knows scalars,
// anchors and places in the text; not what the values mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd {

/// Every document that is not empty. Plain scalars are read as kubectl does (YAML 1.1: `yes` and `on` are
/// booleans, `010` is eight), keys that are no text become one, `<<` merges. Class `usage` with `file:line`
/// where something is no YAML, a key is there twice or is a list or mapping, or there are more than 100
/// levels or 200,000 values, those that anchors and aliases make included.
result<std::vector<json>> yaml_documents(std::string_view text, std::string_view file);

/// The same for text that is written again: a list or a mapping with a tag of its own, which would lose it,
/// is refused.
result<std::vector<json>> untagged_yaml_documents(std::string_view text, std::string_view file);

/// YAML of one document: block style, every text quoted that YAML could read as something else, a newline at
/// the end.
std::string yaml_text(const json& value);

}  // namespace cicd
