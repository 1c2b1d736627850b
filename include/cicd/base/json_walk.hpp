// The texts of a JSON document, changed one by one: to mask what may stand in them, without touching what the
// document is made of.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <cicd/base/json.hpp>

namespace cicd {

/// The same document with other texts; names of members, numbers and truth values stay. `change` gets the
/// name of the member that a text is in, also for the elements of an array; empty: of none.
json with_texts(const json& of,
                const std::function<std::string(std::string_view member, const std::string& text)>& change);

}  // namespace cicd
