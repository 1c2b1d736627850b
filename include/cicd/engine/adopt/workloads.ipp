// Chooses objects, and hands them to the reader of what runs in a cluster.
#pragma once

#include <cicd/engine/adopt/workloads.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>
#include <cicd/kubernetes/adopt/proof.hpp>

namespace cicd::source_files {

namespace engine_adopt_workloads {
namespace {

std::string repository_of(const found_object& of) {
  return kubernetes::adopting::whole_repository(of.image());
}

class chooser {
 public:
  chooser(const object_owner& of, const std::vector<found_object>& all) : of_(of) {
    for (const found_object& each : all)
      if (is_near(each)) near_.push_back(&each);
  }

  owned_workloads choose() {
    std::vector<const found_object*> own;
    std::set<std::string> repositories;
    for (const found_object* each : near_)
      if (each->is_workload()) repositories.insert(repository_of(*each));
    const bool may_be_alone = repositories.size() == 1 && (of_.is_alone || is_in_folder(*near_.front()));
    for (const found_object* each : near_)
      if (each->is_workload() && (may_be_alone ? of_.image.empty() || is_named(*each) : is_named(*each)))
        own.push_back(each);
    if (own.empty() && repositories.size() > 1 && of_.is_alone)
      made_.several.assign(repositories.begin(), repositories.end());
    if (!own.empty()) adopt(own);
    return std::move(made_);
  }

 private:
  bool is_in_folder(const found_object& each) const { return is_below(each.place, of_.folder); }
  /// With several services only what is in its folder or has its name.
  bool is_near(const found_object& each) const {
    if (of_.is_alone || (!of_.folder.empty() && is_in_folder(each))) return true;
    return each.is_workload() ? is_named(each) : is_its_name(each.content["metadata"]["name"].text());
  }
  bool is_its_name(std::string_view name) const {
    return name == of_.name || (!of_.folder.empty() && name == name_of(of_.folder));
  }
  bool is_named(const found_object& each) const {
    const std::string repository = repository_of(each);
    if (!of_.image.empty())
      return repository == of_.image || repository == kubernetes::adopting::whole_repository(of_.image);
    const std::string name = each.content["metadata"]["name"].text();
    return is_its_name(name_of(repository)) || is_its_name(name);
  }

  static std::vector<kubernetes::adopting::found_workload> running(
      const std::vector<const found_object*>& of) {
    std::vector<kubernetes::adopting::found_workload> all(of.size());
    for (std::size_t at = 0; at < of.size(); ++at) all[at].running = of[at]->content;
    return all;
  }

  /// What leads to pods of another image stays with those who deploy that.
  bool leads_elsewhere(const found_object& each, const std::vector<const found_object*>& own) const {
    std::vector<const found_object*> others;
    for (const found_object* one : near_)
      if (one->is_workload() && std::ranges::find(own, one) == own.end()) others.push_back(one);
    return kubernetes::adopting::leads_to_any(each.content, running(others))
           && !kubernetes::adopting::leads_to_any(each.content, running(own));
  }

  void adopt(const std::vector<const found_object*>& own) {
    kubernetes::adoption_request request{.pipeline = of_.name, .environment = "stage"};
    for (const found_object* each : own) {
      request.chosen.push_back(with_image(each->content, each->image(), "localhost/" + of_.name + ":1"));
      made_.taken.push_back(each->identity());
      if (each->has_command())
        made_.unread.push_back({each->place, each->identity() + ": its command is of the image that runs now",
                                "see that the image of the template has that program, or leave COMMAND out"});
    }
    for (const found_object* each : near_) {
      if (!each->is_workload() && each->content["kind"].text() != "DaemonSet" && !leads_elsewhere(*each, own))
        request.chosen.push_back(each->content);
      request.places[each->identity()] = each->place;
    }
    result<kubernetes::adoption> runs = kubernetes::adoption_of(request);
    if (!runs) {
      made_.taken.clear();
      return made_.unread.push_back({own.front()->place, runs.error().what, {}});
    }
    made_.has_service =
        std::ranges::any_of(own, [](const auto* each) { return each->content["kind"].text() != "CronJob"; });
    for (const auto* list : {&runs->changes, &runs->warnings})
      for (const std::string& each : *list) made_.unread.push_back({own.front()->place, each, {}});
    made_.unread.push_back(
        {own.front()->place,
         "the image is published to the embedded registry until IMAGE of add_pipeline() names another",
         "IMAGE " + repository_of(*own.front())});
    made_.runs = std::move(*runs);
  }

  const object_owner& of_;
  std::vector<const found_object*> near_;
  owned_workloads made_;
};

}  // namespace
}  // namespace engine_adopt_workloads

owned_workloads workloads_of(const object_owner& of, const std::vector<found_object>& all) {
  return engine_adopt_workloads::chooser(of, all).choose();
}

}  // namespace cicd::source_files
