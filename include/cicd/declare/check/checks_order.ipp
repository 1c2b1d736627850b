// The checks of AFTER: steps and images of all pipelines as one graph.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/circles.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/placeholders.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace cicd::declaring {

namespace declare_check_checks_order {
namespace {

/// A step or an image among all.
struct node {
  std::string pipeline, name;
  place where;  ///< of AFTER, or else of the call
  const std::vector<step_reference>* named = nullptr;
  const step* command = nullptr;  ///< none of an image
  std::vector<std::size_t> before{};

  std::string id() const { return pipeline + "/" + name; }
};

class order {
 public:
  order(std::deque<draft>& all, findings& found) : all_(all), found_(found) {
    for (draft& each : all) add_nodes(each);
    for (node& each : nodes_) add_edges(each);
  }

  const std::vector<node>& nodes() const { return nodes_; }

 private:
  void add_nodes(draft& in) {
    for (const auto& each : in.all<step>().items())
      add({in.own.name, each.name, each.near("after"), &each.value.after, &each.value});
    for (const auto& each : in.all<image>().items())
      add({in.own.name, image_step_name(each.name), each.near("after"), &each.value.after});
    for (const auto& each : in.all<zip_function>().items())
      add({in.own.name, zip_step_name(each.name), each.near("after"), &each.value.after});
    for (const auto& each : in.all<file_group>().items())
      add({in.own.name, files_step_name(each.name), each.near("after"), &each.value.after});
  }

  void add(node made) {
    index_.emplace(made.id(), nodes_.size());
    nodes_.push_back(std::move(made));
  }

  void add_edges(node& of) {
    for (std::size_t at = 0; at < of.named->size(); ++at) {
      const std::string_view name = (*of.named)[at].view();
      const bool is_own = name.find('/') == std::string_view::npos;
      const std::string id = is_own ? of.pipeline + "/" + std::string(name) : std::string(name);
      if (const auto found = index_.find(id); found != index_.end())
        of.before.push_back(found->second);
      else
        report_unknown(of, at, id);
    }
    // An image comes after `build` where it names nothing.
    if (of.command == nullptr && of.named->empty())
      if (const auto build = index_.find(of.pipeline + "/build"); build != index_.end())
        of.before.push_back(build->second);
  }

  void report_unknown(const node& of, std::size_t at, const std::string& id) {
    const std::string pipeline = id.substr(0, id.find('/')), name(id.substr(id.find('/') + 1));
    const auto in = std::ranges::find_if(all_, [&](const draft& each) { return each.own.name == pipeline; });
    const place where{of.where.site, of.where.word + 1 + at};
    if (in == all_.end()) {
      std::vector<std::string> pipelines;
      for (const draft& each : all_) pipelines.push_back(each.own.name);
      return found_.add(where, unknown_pipeline_of_step(id, pipelines));
    }
    if (in->without_template) return;
    std::vector<std::string> steps;
    const std::string start = pipeline == of.pipeline ? std::string() : pipeline + "/";
    for (const node& each : nodes_)
      if (each.pipeline == pipeline) steps.push_back(start + each.name);
    found_.add(where, is_effect(*in, name) ? effect_as_step(start + name)
                                           : unknown_reference("AFTER", "step", start + name, steps));
  }

  static bool is_effect(const draft& in, std::string_view name) {
    return name == "publish" || name.starts_with("deploy-")
           || (name == "image" && in.all<image>().items().empty());
  }

  std::deque<draft>& all_;
  findings& found_;
  std::vector<node> nodes_;
  std::unordered_map<std::string, std::size_t> index_;
};

void check_circles(const std::vector<node>& nodes, findings& found) {
  std::vector<std::vector<std::size_t>> before;
  before.reserve(nodes.size());
  for (const node& each : nodes) before.push_back(each.before);
  find_circles(before, [&](std::span<const std::size_t> circle) {
    const node& closing = nodes[circle.front()];
    const bool is_of_one = std::ranges::all_of(
        circle, [&](std::size_t each) { return nodes[each].pipeline == closing.pipeline; });
    std::vector<std::string> names;
    for (const std::size_t each : circle) names.push_back(is_of_one ? nodes[each].name : nodes[each].id());
    names.push_back(names.front());
    found.add(closing.where, cycle(names));
  });
}

/// What two pipelines give to one step may not bear one name: neither of them knows of the other. What a step
/// makes from another of its own pipeline may be a new version of it.
void check_outputs(const node& of, const std::vector<node>& nodes, findings& found) {
  std::map<std::string_view, const node*> taken;
  for (const std::size_t before : of.before) {
    const node& from = nodes[before];
    if (from.command == nullptr) continue;
    for (const path_pattern& each : from.command->outputs) {
      std::string_view path = each.view();
      while (path.ends_with('/')) path.remove_suffix(1);
      if (path.starts_with('!') || path.find_first_of("*?[") != path.npos) continue;
      const auto [first, is_new] = taken.try_emplace(path, &from);
      if (!is_new && first->second->pipeline != from.pipeline)
        found.add(of.where, output_of_two(path, first->second->id(), from.id()));
    }
  }
}

std::string image_word(const node& of, const node& from) {
  return from.pipeline == of.pipeline ? from.name : from.id();
}

/// `{image.layout}` and `{image.digest}` stand for an image that the step comes after.
void check_images_named(const declaration<step>& declared,
                        const node& of,
                        const std::vector<node>& nodes,
                        findings& found) {
  std::vector<std::string> images;
  for (const std::size_t before : of.before)
    if (nodes[before].command == nullptr) images.push_back(image_word(of, nodes[before]));
  const auto check = [&](std::string_view key, std::string_view text, std::size_t word) {
    for (const std::string& name : placeholders_in(text)) {
      const std::size_t dot = name.find('.');
      if (dot == name.npos || is_part_of_service(name) || output_named_by(name) || setting_named_by(name)
          || name.starts_with("shard."))
        continue;
      const std::string image = name.substr(0, dot);
      const bool is_only = image == "image" && images.size() == 1;
      if (is_only || std::ranges::find(images, image) != images.end()) continue;
      found.add(word_at(declared, key, word), image_not_before(name, images));
    }
  };
  for (std::size_t at = 0; at < declared.value.command.size(); ++at)
    check("command", declared.value.command[at].view(), at);
  for (std::size_t at = 0; at < declared.value.env.size(); ++at)
    check("env", declared.value.env[at].value, at);
  for (std::size_t at = 0; at < declared.value.values.size(); ++at)
    check("values", declared.value.values[at].value, at);
}

void check_values_named(const declaration<step>& declared,
                        const node& of,
                        const std::vector<node>& nodes,
                        std::span<const step_before> all,
                        findings& found) {
  std::vector<step_before> before;
  for (const std::size_t each : of.before)
    if (nodes[each].command != nullptr) before.push_back({nodes[each].pipeline, nodes[each].command});
  check_values(declared, of.pipeline, before, all, found);
}

}  // namespace
}  // namespace declare_check_checks_order

void check_order(std::deque<draft>& all, findings& found) {
  using namespace declare_check_checks_order;
  const order of(all, found);
  check_circles(of.nodes(), found);
  for (const node& each : of.nodes()) check_outputs(each, of.nodes(), found);
  std::vector<step_before> leaving;
  for (const node& each : of.nodes())
    if (each.command != nullptr && each.command->leaves_values())
      leaving.push_back({each.pipeline, each.command});
  std::size_t at = 0;
  for (draft& each : all) {
    for (const auto& one : each.all<step>().items()) {
      check_shards(one, each.all<step>(), found);
      check_values_named(one, of.nodes()[at], of.nodes(), leaving, found);
      check_images_named(one, of.nodes()[at++], of.nodes(), found);
    }
    at += each.all<image>().items().size() + each.all<zip_function>().items().size()
          + each.all<file_group>().items().size();
  }
}

}  // namespace cicd::declaring
