// Two declarations of one thing: that of a pull request, and that of the branch that it is to go to.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <set>
#include <type_traits>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/signature.hpp>
#include <cicd/declare/values/value_traits.hpp>
#include <cicd/deliver/policy/base_declaration.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/publish.hpp>

namespace cicd {

namespace deliver_policy_base_declaration {
namespace {

/// The values that say where a copy of a branch goes, by option; paths of either tree read alike.
template <typename Declared>
std::vector<std::pair<std::string, std::string>> places_of(const Declared* of,
                                                           const model* in,
                                                           std::initializer_list<std::string_view> keys) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string_view wanted : keys)
    each_field(const_cast<Declared&>(*of), [&](std::string_view key, const auto& field) {
      if (key != wanted) return;
      std::string text = joined(declaring::values_of(field), " ");
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, bool>) text = field ? "ON" : "OFF";
      if (in != nullptr) {
        text = replaced_all(std::move(text), in->tree.build_root, "<build>");
        text = replaced_all(std::move(text), in->tree.source_root, "<source>");
      }
      std::string option;
      for (const char each : key) option += static_cast<char>(each >= 'a' && each <= 'z' ? each - 32 : each);
      all.emplace_back(std::move(option), std::move(text));
    });
  return all;
}

template <typename Declared>
void compare(base_declaration& to,
             const base_branch& base,
             const Declared& here,
             const Declared& there,
             std::initializer_list<std::string_view> keys) {
  const auto mine = places_of(&here, base.here, keys), theirs = places_of(&there, base.declares, keys);
  for (std::size_t at = 0; at < mine.size(); ++at)
    if (mine[at].second != theirs[at].second)
      to.differs.push_back({mine[at].first, mine[at].second, theirs[at].second});
}

approval_rule stricter(approval_rule one, approval_rule other) {
  return std::max(one, other);
}

}  // namespace
}  // namespace deliver_policy_base_declaration

const environment* environment_in(const declared_pipeline& of, std::string_view name) {
  const auto& all = of.declared.environments;
  const auto found =
      std::ranges::find_if(all, [&](const environment& each) { return each.name.view() == name; });
  return found == all.end() ? nullptr : &*found;
}

const preview* preview_in(const declared_pipeline& of, std::string_view environment) {
  const auto& all = of.declared.previews;
  const auto found =
      std::ranges::find_if(all, [&](const preview& each) { return each.in.view() == environment; });
  return found == all.end() ? nullptr : &*found;
}

namespace deliver_policy_base_declaration {
namespace {

base_declaration of_branch(const base_branch& base,
                           const declared_pipeline& pipeline,
                           const environment* place) {
  base_declaration made{.branch = base.name, .commit = base.commit};
  const std::string name = pipeline.declared.name.str();
  const declared_pipeline* const there = base.declares == nullptr ? nullptr : base.declares->find(name);
  if (there == nullptr) {
    made.lacks = fmt::format("add_pipeline({})", name);
    return made;
  }
  const std::set<std::string> known = outside_repositories(*there);
  for (const std::string& each : outside_repositories(pipeline))
    if (!known.contains(each))
      made.differs.push_back({"IMAGE", each, joined(std::vector(known.begin(), known.end()), " ")});
  const ref_pattern &ref = pipeline.declared.pipeline_ref, &known_ref = there->declared.pipeline_ref;
  if (!known_ref.empty() && ref != known_ref)
    made.differs.push_back({"PIPELINE_REF", ref.str(), known_ref.str()});
  if (place == nullptr) {
    if (there->declared.previews.empty()) made.lacks = fmt::format("pipeline_preview({} …)", name);
    return made;
  }
  const environment* const known_place = environment_in(*there, place->name.view());
  const preview *const copy = preview_in(pipeline, place->name.view()), *const known_copy = preview_in(
                                                                            *there, place->name.view());
  if (known_place == nullptr || known_copy == nullptr) {
    made.lacks = fmt::format("pipeline_preview({} IN {} …)", name, place->name.view());
    return made;
  }
  compare(made, base, *place, *known_place,
          {"via", "repository", "branch", "path", "write", "author", "sign", "pull_request_url", "namespace",
           "create_namespace", "context", "kubeconfig", "eks", "role", "take_over", "prune", "images_in",
           "allow_dirty"});
  if (copy != nullptr)
    compare(made, base, *copy, *known_copy, {"host", "namespace", "repository", "branch", "path"});
  return made;
}

std::string shown(const base_branch& of) {
  return fmt::format("{} ({})", displayable(of.name), of.commit.substr(0, 7));
}

void take_rules_of(gate_question& to, const declared_pipeline& from, const environment* place) {
  if (place == nullptr) return;
  if (const preview* copy = preview_in(from, place->name.view()))
    to.approval = stricter(to.approval, copy->approval);
  to.is_protected = to.is_protected || place->is_protected;
  if (const auto signer = signature_of(*place)) to.signer = signer->text();
}

/// What holds for a preview that the default branch does not declare.
void take_strictest(gate_question& to, const model& of) {
  const declared_pipeline* const same = of.find(to.pipeline);
  for (const declared_pipeline& each : of.pipelines)
    if (same == nullptr || same == &each)
      for (const preview& one : each.declared.previews) to.approval = stricter(to.approval, one.approval);
}

}  // namespace
}  // namespace deliver_policy_base_declaration

base_declaration base_declaration_of(const base_branch& base,
                                     const declared_pipeline& pipeline,
                                     const environment* place) {
  using namespace deliver_policy_base_declaration;
  base_declaration made = of_branch(base, pipeline, place);
  made.by = shown(base);
  if (base.standard == nullptr) return made;
  made.by += " and " + shown(*base.standard);
  if (!made.lacks.empty() || !made.differs.empty()) return made;
  base_declaration standard = of_branch(*base.standard, pipeline, place);
  if (standard.differs.empty()) return made;
  standard.by = made.by;
  standard.lacks.clear();  // what only the base branch declares goes where that says
  return standard;
}

void take_rules(gate_question& to, const base_branch& base) {
  using namespace deliver_policy_base_declaration;
  for (const base_branch* each : {&base, base.standard}) {
    if (each == nullptr || each->declares == nullptr) continue;
    const declared_pipeline* const there = each->declares->find(to.pipeline);
    const environment* const place = there == nullptr ? nullptr : environment_in(*there, to.environment);
    if (place != nullptr) take_rules_of(to, *there, place);
    const bool is_declared = place != nullptr && preview_in(*there, to.environment) != nullptr;
    if (each == base.standard && to.what == change::preview && !is_declared)
      take_strictest(to, *each->declares);
  }
}

const declared_pipeline* pipeline_with_keys(const base_branch& base,
                                            std::string_view pipeline,
                                            std::string_view environment) {
  for (const base_branch* each : {base.standard, &base}) {
    if (each == nullptr || each->declares == nullptr) continue;
    const declared_pipeline* const there = each->declares->find(pipeline);
    const cicd::environment* const place = there == nullptr ? nullptr : environment_in(*there, environment);
    if (place != nullptr && !place->verify_signature.empty()) return there;
  }
  return nullptr;
}

bool builds_with_approval(const base_branch& base, const declared_pipeline& pipeline, const environment* in) {
  if (base.standard != nullptr && builds_with_approval(*base.standard, pipeline, in)) return true;
  const declared_pipeline* const there =
      base.declares == nullptr ? nullptr : base.declares->find(pipeline.declared.name.view());
  // Another name is no way around it.
  if (there == nullptr)
    return base.declares != nullptr
           && std::ranges::any_of(base.declares->pipelines, [](const declared_pipeline& each) {
                return each.declared.approval_to_build;
              });
  if (there->declared.approval_to_build) return true;
  const preview* const copy = in == nullptr ? nullptr : preview_in(*there, in->name.view());
  return copy != nullptr && copy->approval_to_build;
}

}  // namespace cicd
