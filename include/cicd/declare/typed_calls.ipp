// Fields to keywords and values, the way back from what the parser reads.
#pragma once

#include <cicd/declare/typed_calls.hpp>

#include <algorithm>

#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/parse/parser.hpp>

namespace cicd {

namespace declare_typed_calls {
namespace {

using declaring::is_given;
using declaring::is_named;
using declaring::kind_of;
using declaring::option;
using declaring::options_of;
using declaring::values_of;

/// Appends the options that are given, each as its keyword and its values.
template <typename T>
void add_options(const T& of, std::vector<std::string>& words) {
  const std::vector<option>& options = options_of<T>();
  std::size_t at = 0;
  each_field(const_cast<T&>(of), [&](std::string_view key, const auto& field) {
    const option& as = options[at++];
    if (key == "name" || !is_given(field)) return;
    words.push_back(as.keyword);
    for (const std::string& value : values_of(field)) words.push_back(declaring::escaped(value, options));
  });
}

template <typename T>
call call_for(const T& of, std::vector<std::string> names, std::string part, const typed_place& from) {
  const auto& functions = declaring_functions();
  const auto function = std::find_if(functions.begin(), functions.end(), [&](const declaring_function& each) {
    return each.kind == kind_of<T>();
  });
  add_options(of, names);
  return {.where = {.list_file = from.file,
                    .function = std::string(function->name),
                    .which = 0,
                    .part = std::move(part)},
          .directory = from.directory,
          .arguments = std::move(names)};
}

/// A part without a name of its own is told apart by its environment. An image's may be left out.
template <typename T>
void add_parts(const std::vector<T>& parts,
               const std::string& pipeline,
               const typed_place& from,
               std::vector<call>& to) {
  for (const T& each : parts) {
    if constexpr (is_named<T>) {
      const bool is_default = std::is_same_v<T, image> && each.name.empty();
      const std::string name = is_default ? "image" : each.name.str();
      to.push_back(call_for(each, {pipeline, name}, pipeline + "/" + name, from));
    } else {
      const std::string kind(kind_of<T>());
      std::string part = pipeline + "/" + kind;
      if constexpr (requires { each.in; }) part += " in " + each.in.str();
      to.push_back(call_for(each, {pipeline}, std::move(part), from));
    }
  }
}

}  // namespace
}  // namespace declare_typed_calls

std::vector<call> calls_of(const pipeline& declared, const typed_place& from) {
  using namespace declare_typed_calls;
  const std::string name = declared.name.str();
  std::vector<call> calls{call_for(declared, {name}, name, from)};
  declaring::each_kind(
      [&]<typename T>() { add_parts(declared.*declaring::kind<T>.list, name, from, calls); });
  return calls;
}

}  // namespace cicd
