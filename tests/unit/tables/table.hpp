// A table of cases as data: one JSON object a line of `<name>.ndjson` beside this file, after what peers'
// public tables say, written anew.
//
//   {"in": …, "is": …}                             what we make of `in` is what the table says
//   {"in": …, "is": …, "table": …, "why": "…"}     we differ by choice: the table says `table`
//
// Lines that begin with `#` say where the cases come from. It does not know what is asked.
#pragma once

#include <functional>
#include <string>

#include <cicd/base/json.hpp>

namespace tables {

/// Asks each case of the file and compares by value. A file without cases, a member of another name, a
/// deviation without its reason or one that is none are failures.
void agrees(const std::string& name, const std::function<cicd::json(const cicd::json& in)>& answer);

/// The same of a text in place of a file, which `name` stands for.
void agrees_in(const std::string& name,
               const std::string& text,
               const std::function<cicd::json(const cicd::json& in)>& answer);

}  // namespace tables
