// The checks between declarations.
#include <cicd/declare/checks.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cicd::declaring {
namespace {

void check_references(const std::vector<dns_label>& names,
                      const place& where,
                      std::string_view keyword,
                      std::string_view what,
                      auto& list,
                      findings& found) {
  for (std::size_t at = 0; at < names.size(); ++at)
    if (!list.find(names[at].view()))
      found.add({where.site, where.word + 1 + at},
                unknown_reference(keyword, what, names[at].view(), list.names()));
}

template <typename T>
void check_steps_before(const declaration<T>& of, draft& in, findings& found) {
  if (!in.without_template)
    check_references(of.value.after, of.near("after"), "AFTER", "step", in.steps, found);
}

bool is_reserved(std::string_view name) {
  return name == "image" || name == "publish" || name.starts_with("image-") || name.starts_with("plan-")
         || name.starts_with("deploy-");
}

void check_step(const declaration<step>& of, draft& in, findings& found) {
  if (is_reserved(of.name)) found.add(of.near("name"), reserved_name(of.name));
  if (of.at("command") && of.at("shell")) found.add(of.at("shell"), excluded_option("SHELL", "COMMAND"));
  if (!of.at("command") && !of.at("shell") && !of.site->unclear && !in.without_template)
    found.add(of.start(), missing_option("COMMAND", "COMMAND <program> [<argument>…] or SHELL <line>", ""));
  if (of.at("wrapper") && !of.at("command"))
    found.add(of.at("wrapper"),
              meaningless_option("WRAPPER", "without COMMAND", "give COMMAND, or leave WRAPPER out"));
  check_steps_before(of, in, found);
}

/// Depth first and iterative: a chain of 10,000 steps is no reason to run out of stack. Each circle is
/// reported once.
class circle_finder {
 public:
  circle_finder(named_list<step>& steps, findings& found)
      : steps_(steps), found_(found), states_(steps.items().size(), state::unseen) {
    for (std::size_t at = 0; at < steps.items().size(); ++at) index_.emplace(steps.items()[at].name, at);
  }

  void report_all() {
    for (std::size_t at = 0; at < states_.size(); ++at) walk_from(at);
  }

 private:
  enum class state : std::uint8_t { unseen, open, done };
  struct visit {
    std::size_t step, next;
  };

  void walk_from(std::size_t first) {
    if (states_[first] != state::unseen) return;
    enter(first);
    while (!path_.empty()) {
      visit& last = path_.back();
      const std::vector<dns_label>& after = steps_.items()[last.step].value.after;
      if (last.next == after.size()) {
        states_[last.step] = state::done;
        path_.pop_back();
        continue;
      }
      const auto before = index_.find(std::string(after[last.next++].view()));
      if (before == index_.end()) continue;
      if (states_[before->second] == state::open)
        report(before->second);
      else if (states_[before->second] == state::unseen)
        enter(before->second);
    }
  }

  void enter(std::size_t step) {
    states_[step] = state::open;
    path_.push_back({step, 0});
  }

  void report(std::size_t closing) {
    std::vector<std::string> names;
    const auto start =
        std::find_if(path_.begin(), path_.end(), [&](const visit& each) { return each.step == closing; });
    for (auto each = start; each != path_.end(); ++each) names.push_back(steps_.items()[each->step].name);
    names.push_back(names.front());
    found_.add(steps_.items()[closing].near("after"), cycle(names));
  }

  named_list<step>& steps_;
  findings& found_;
  std::vector<state> states_;
  std::vector<visit> path_;
  std::unordered_map<std::string, std::size_t> index_;
};

void check_image(const declaration<image>& of, draft& in, findings& found) {
  const bool complete = !of.site->unclear && !in.without_template;
  if (complete && !of.at("jar") && !of.at("files") && !of.at("base")) found.add(of.start(), empty_image());
  if (of.at("jar") && !of.at("base")) found.warn(of.at("jar"), image_without_base());
  check_steps_before(of, in, found);
}

/// What a declaration can say and no cluster can do, for the values that hold together in one place.
void check_workload(const declaration<service>& of, findings& found) {
  if (of.at("ready") && !of.at("port")) found.add(of.at("ready"), missing_counterpart("READY", "PORT"));
  if (of.at("host") && !of.at("port")) found.add(of.at("host"), missing_counterpart("HOST", "PORT"));
  if (of.at("ingress_class") && !of.at("host"))
    found.add(of.at("ingress_class"), missing_counterpart("INGRESS_CLASS", "HOST"));
  if (of.value.replicas.scales() && !of.at("cpu"))
    found.add(of.at("replicas"), missing_counterpart("a range of REPLICAS", "CPU"));
  for (const secret_reference& secret : of.value.secret_env)
    for (const assignment& variable : of.value.env)
      if (secret.name == variable.name)
        found.add(of.at("secret_env"), {.what = "the variable is in ENV too",
                                        .value = secret.name.str(),
                                        .help = "leave one of them out"});
}

void check_image_reference(const declaration<service>& of, draft& in, findings& found) {
  if (of.value.image && !in.without_template && !in.images.find(of.value.image.view()))
    found.add(of.at("image"), unknown_reference("IMAGE", "image", of.value.image.view(), in.images.names()));
}

void check_service(const declaration<service>& of, draft& in, findings& found) {
  check_image_reference(of, in, found);
  if (!of.at("image") && in.images.items().size() != 1 && !of.site->unclear && !in.without_template)
    found.add(of.start(), ambiguous_image(in.images.names()));
  check_workload(of, found);
}

void check_override(const declaration<service>& of, draft& in, findings& found) {
  check_references(of.value.in, of.near("in"), "IN", "environment", in.environments, found);
  const declaration<service>* base = in.services.find(of.name);
  if (!base) return found.add(of.start(), undeclared_service(of.name, of.pipeline));
  check_image_reference(of, in, found);
  declaration<service> merged = *base;
  lay_over(merged, of);
  findings ignored(std::string{});
  check_workload(*base, ignored);
  if (ignored.empty()) check_workload(merged, found);
}

/// Two calls that give one service other values in one environment would need an order.
void check_overrides_apart(const draft& in, findings& found) {
  std::map<std::pair<std::string, std::string_view>, place> first;
  for (const declaration<service>& each : in.overrides)
    for (const dns_label& environment : each.value.in) {
      const auto [known, is_new] = first.try_emplace({each.name, environment.view()}, each.near("in"));
      if (!is_new)
        found.add(each.near("in"), declared_twice("service IN this environment", environment.view(),
                                                  found.text_of(known->second.site->from->where)));
    }
}

void check_environment(const declaration<environment>& of, findings& found) {
  const deploy_way via = of.value.via;
  if (!of.at("via") && !of.site->unclear)
    found.add(of.start(), missing_option("VIA", allowed_form(static_cast<const deploy_way*>(nullptr)),
                                         "cicd explain environment.via"));
  const auto only = [&](std::string_view key, std::string_view keyword, bool fits, std::string_view way) {
    if (via != deploy_way::none && of.at(key) && !fits)
      found.add(of.at(key), meaningless_option(keyword, fmt::format("without VIA {}", way),
                                               fmt::format("leave {} out", keyword)));
  };
  only("repository", "REPOSITORY", via == deploy_way::gitops, "gitops");
  only("branch", "BRANCH", via == deploy_way::gitops, "gitops");
  only("path", "PATH", via != deploy_way::kubectl, "gitops or render");
  only("context", "CONTEXT", via == deploy_way::kubectl, "kubectl");
}

/// Values that speak of a template where there is none.
void check_own(const declaration<pipeline>& of, findings& found) {
  if (of.at("template")) return;
  for (const option& each : options_of<pipeline>())
    if (each.key == "base" || each.key == "jar" || each.key == "base_after" || each.key == "scan"
        || each.key == "fail_on")
      if (of.at(each.key))
        found.add(of.at(each.key),
                  meaningless_option(each.keyword, "without TEMPLATE",
                                     "give TEMPLATE, or use pipeline_image() and pipeline_step()"));
}

/// Reports the second of two that share one place.
class place_keeper {
 public:
  place_keeper(std::string_view what, findings& found) : what_(what), found_(found) {}

  void take(const std::string& where, const place& by) {
    const auto [first, is_new] = taken_.try_emplace(where, by);
    if (!is_new)
      found_.add(by, same_place_twice(what_, where, found_.text_of(first->second.site->from->where)));
  }

 private:
  std::string_view what_;
  findings& found_;
  std::map<std::string, place> taken_;
};

std::string repository_for(const draft& in, const declaration<image>& of) {
  if (of.value.repository) return of.value.repository.str();
  const std::string own = in.own.value.image ? in.own.value.image.str() : in.own.name;
  return of.name == "image" ? own : own + "-" + of.name;
}

/// Where an environment's manifests go, as one text; `kubectl` has no such place.
std::string manifests_of(const draft& in, const environment& of) {
  if (of.via != deploy_way::gitops && of.via != deploy_way::render) return {};
  const std::string path = of.path ? of.path.str() : of.name.str() + "/" + in.own.name;
  if (of.via == deploy_way::render) return path;
  return fmt::format("{} {} {}", of.repository ? of.repository.view() : "the build tree's repository",
                     of.branch ? of.branch.view() : "main", path);
}

}  // namespace

void check_pipeline(draft& of, findings& found) {
  check_own(of.own, found);
  for (const auto& each : of.steps.items()) check_step(each, of, found);
  circle_finder(of.steps, found).report_all();
  for (const auto& each : of.images.items()) check_image(each, of, found);
  for (const auto& each : of.services.items()) check_service(each, of, found);
  for (const auto& each : of.overrides) check_override(each, of, found);
  check_overrides_apart(of, found);
  for (const auto& each : of.environments.items()) check_environment(each, found);
  const bool empty = of.steps.items().empty() && of.images.items().empty();
  if (empty && !of.own.at("template")) found.warn(of.own.start(), empty_pipeline());
}

void check_between(std::deque<draft>& all, findings& found) {
  place_keeper repositories("two images would be published to one repository", found);
  place_keeper folders("two environments would write the same manifests", found);
  for (const draft& pipeline : all) {
    for (const auto& each : pipeline.images.items()) {
      const place own = pipeline.own.at("image");
      const bool own_counts = own && each.name == "image";
      repositories.take(repository_for(pipeline, each), each.at("repository") ? each.at("repository")
                                                        : own_counts          ? own
                                                                              : each.start());
    }
    for (const auto& each : pipeline.environments.items())
      if (const std::string where = manifests_of(pipeline, each.value); !where.empty())
        folders.take(where, each.near("path"));
  }
}

}  // namespace cicd::declaring
