// Reads `adopts`.
#pragma once

#include <cicd/declare/parse/template_adoption.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd::declaring {

namespace declare_parse_template_adoption {
namespace {

using path = std::vector<std::string>;

class adoption_reader {
 public:
  explicit adoption_reader(const std::function<void(path, remark)>& wrong) : wrong_(wrong) {}

  template_adoption read(const json& data) {
    if (!has_known_members(data, {"adopts"}, "adopts",
                           {"file", "with", "without", "name", "port", "set", "needs", "brings", "texts",
                            "declaration", "yields", "parts"}))
      return {};
    template_adoption made{.files = texts_in(data["file"], {"adopts", "file"}),
                           .with = texts_in(data["with"], {"adopts", "with"}),
                           .without = pairs_in(data["without"], {"adopts", "without"}),
                           .parts = parts_in(data["parts"]),
                           .name = rules_in(data["name"], {"adopts", "name"}),
                           .port = rules_in(data["port"], {"adopts", "port"}),
                           .set = {},
                           .needs = pairs_in(data["needs"], {"adopts", "needs"}),
                           .brings = texts_in(data["brings"], {"adopts", "brings"}),
                           .texts = {},
                           .declaration = data["declaration"].text("CMakeLists.txt"),
                           .yields = data["yields"].boolean()};
    if (made.files.empty() && data["file"].is_null())
      wrong_({"adopts"}, {.what = "adopts.file is missing", .allowed = "the name of a file, or a list"});
    for (const auto& [parameter, rules] : members_of_object(data["set"], {"adopts", "set"}))
      made.set.emplace_back(parameter, rules_in(rules, {"adopts", "set", parameter}));
    for (const auto& [file, text] : members_of_object(data["texts"], {"adopts", "texts"}))
      made.texts.push_back(text_in(file, text));
    check_paths(made);
    return made;
  }

 private:
  bool has_known_members(const json& object, path at, std::string_view what, const path& known) {
    if (!object.is_object())
      return wrong_(std::move(at), {.what = fmt::format("{} is not an object", what)}), false;
    bool good = true;
    for (const auto& [key, member] : object.members()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      good = false;
      path below = at;
      below.push_back(key);
      wrong_(std::move(below), {.what = fmt::format("{} has an unknown member", what),
                                .value = key,
                                .allowed = joined(known, ", "),
                                .did_you_mean = nearest(key, known).value_or("")});
    }
    return good;
  }

  template_adoption::parts_of_project parts_in(const json& value) {
    if (value.is_null()) return {};
    if (!has_known_members(value, {"adopts", "parts"}, "adopts.parts",
                           {"key", "parameter", "services", "above"}))
      return {};
    if (value["key"].text().empty() || value["parameter"].text().empty())
      wrong_({"adopts", "parts"},
             {.what = "adopts.parts lacks key or parameter",
              .allowed = "the key that lists the parts, and the parameter that names one"});
    return {value["key"].text(), value["parameter"].text(),
            texts_in(value["services"], {"adopts", "parts", "services"}), value["above"].text()};
  }

  /// A string, or a list of strings.
  path texts_in(const json& value, path at) {
    if (value.is_null()) return {};
    if (value.is_string() && !value.text().empty()) return {value.text()};
    path all = value.texts();
    if (!value.is_array() || all.size() != value.elements().size()
        || std::ranges::find(all, "") != all.end()) {
      const std::string name = joined(at, ".");
      wrong_(std::move(at),
             {.what = name + " is neither a string nor a list of strings", .value = compact(value)});
    }
    return all;
  }

  const json::object& members_of_object(const json& value, path at) {
    if (!value.is_null() && !value.is_object()) {
      const std::string name = joined(at, ".");
      wrong_(std::move(at), {.what = name + " is not an object", .value = compact(value)});
    }
    return value.members();
  }

  std::vector<std::pair<std::string, std::string>> pairs_in(const json& value, const path& at) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& [key, text] : members_of_object(value, at)) {
      if (!text.is_string()) {
        path below = at;
        below.push_back(key);
        wrong_(std::move(below),
               {.what = joined(at, ".") + " has a value that is not a string", .value = compact(text)});
      }
      all.emplace_back(key, text.text());
    }
    return all;
  }

  /// One rule or a list of them; a string is the key of a rule.
  std::vector<adoption_rule> rules_in(const json& value, const path& at) {
    std::vector<adoption_rule> rules;
    if (!value.is_array()) return value.is_null() ? rules : std::vector{rule_in(value, at)};
    for (std::size_t each = 0; each < value.elements().size(); ++each) {
      path below = at;
      below.push_back(std::to_string(each));
      rules.push_back(rule_in(value.elements()[each], below));
    }
    return rules;
  }

  adoption_rule rule_in(const json& value, const path& at) {
    if (value.is_string()) return {.file = {}, .key = value.text(), .path = {}, .like = {}, .value = {}};
    if (!has_known_members(value, at, "a rule of adopts", {"file", "key", "path", "like", "value"}))
      return {};
    adoption_rule made{value["file"].text(), value["key"].text(), value["path"].text(), value["like"].text(),
                       value["value"].text()};
    const auto stars = [](const std::string& text) { return std::ranges::count(text, '*'); };
    const bool has_place = made.key.empty() != made.path.empty(),
               is_alone = made.key.empty() && made.path.empty();
    const bool has_value = !made.value.empty() || stars(made.path) == 1 || !made.key.empty();
    if ((!has_place && !is_alone) || !has_value || stars(made.path) > 1 || stars(made.like) > 1)
      wrong_(at, {.what = "this is not a rule of adopts",
                  .value = compact(value),
                  .allowed = "a key, with like of at most one '*'; a path with one '*', or with a value; or "
                             "a value alone"});
    return made;
  }

  adoption_text text_in(const std::string& file, const json& value) {
    if (value.is_string()) return {file, value.text(), {}};
    return {file, {}, texts_in(value, {"adopts", "texts", file})};
  }

  void check_paths(const template_adoption& of) {
    path all = of.files;
    all.insert(all.end(), of.brings.begin(), of.brings.end());
    for (const adoption_text& each : of.texts) all.push_back(each.path);
    all.push_back(of.declaration);
    for (const std::string& each : all)
      if (!relative_path::accepts(each))
        wrong_({"adopts"}, {.what = "adopts names what is not a path",
                            .value = each,
                            .allowed = std::string(relative_path::allowed())});
  }

  const std::function<void(path, remark)>& wrong_;
};

}  // namespace
}  // namespace declare_parse_template_adoption

template_adoption adoption_in(const json& data,
                              const std::function<void(std::vector<std::string> at, remark)>& wrong) {
  return declare_parse_template_adoption::adoption_reader(wrong).read(data);
}

}  // namespace cicd::declaring
