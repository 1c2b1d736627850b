// The one store of texts that strong types view: it only grows and lives as long as the process.
#pragma once

#include <cicd/declare/values/literal.hpp>

#include <mutex>
#include <unordered_set>

namespace cicd {

namespace declare_values_literal_interned {
namespace {

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace
}  // namespace declare_values_literal_interned

std::string_view interned(std::string_view text) {
  using store = std::unordered_set<std::string, declare_values_literal_interned::text_hash, std::equal_to<>>;
  static std::mutex guard;
  static store& texts =
      *new store(1024);  // never destroyed: constants in other files may still view it at exit
  const std::lock_guard lock(guard);
  const auto found = texts.find(text);
  return found != texts.end() ? *found : *texts.emplace(text).first;
}

}  // namespace cicd
