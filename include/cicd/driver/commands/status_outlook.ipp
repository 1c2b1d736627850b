// Distances by the commits of each repository of sources; marks by the registries; what comes next by the
// gate, which is asked as in a plan.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/status_outlook.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/report/moments.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace driver_commands_status_outlook {
namespace {

constexpr unsigned asked_at_once = 8;

/// The environments of one pipeline, in the order of the columns.
using members = std::vector<environment_status*>;

/// The commit that is deployed; empty where it is not known.
const std::string& commit_of(const environment_status& of) {
  static const std::string none;
  return of.record ? of.record->commit : none;
}

std::vector<members> by_pipeline(std::vector<environment_status>& board) {
  const std::vector<std::string> order = columns_of(board);
  std::vector<members> all;
  std::map<const declared_pipeline*, std::size_t> where;
  for (environment_status& each : board) {
    const auto [at, is_new] = where.emplace(each.of.pipeline, all.size());
    if (is_new) all.emplace_back();
    all[at->second].push_back(&each);
  }
  const auto place = [&](const environment_status* of) {
    return std::ranges::find(order, of->of.place->name.view()) - order.begin();
  };
  for (members& each : all)
    std::ranges::stable_sort(each,
                             [&](const auto* one, const auto* other) { return place(one) < place(other); });
  return all;
}

bool follows_tags(const environment_status& of) {
  return of.of.place->on.kind == ref_kind::tag;
}

/// The path of the pipeline's sources from the repository's root.
std::string folder_in(const std::string& top, const declared_pipeline& pipeline) {
  const std::string& folder = pipeline.repository();
  return folder.size() > top.size() ? folder.substr(top.size() + 1) : std::string();
}

/// All pipelines whose sources are in one repository.
class repository {
 public:
  explicit repository(std::string top) : top_(std::move(top)) {}
  void add(const members& of) { pipelines_.push_back(of); }

  void look(const surroundings& around, errors& warnings) {
    const commit_graph::request what = request();
    if (what.tips.size() < 2 && !what.with_tags) return;
    result<commit_graph> graph = commit_graph::read(top_, what, around);
    if (!graph) {
      warnings.push_back(std::move(graph).error());
      for (const members& each : pipelines_) leave_open(each);
      return;
    }
    for (const members& each : pipelines_) compare(each, *graph);
  }

 private:
  commit_graph::request request() const {
    constexpr std::chrono::days margin{30};
    commit_graph::request what;
    std::set<std::string> tips;
    bool has_dates = true;
    for (const members& pipeline : pipelines_)
      for (const environment_status* each : pipeline) {
        what.with_tags = what.with_tags || (follows_tags(*each) && !each->failure);
        if (commit_of(*each).empty()) continue;
        tips.insert(commit_of(*each));
        has_dates = has_dates && each->record->committed;
        if (!has_dates) continue;
        const auto from = *each->record->committed - margin;
        what.since = what.since ? std::min(*what.since, from) : from;
      }
    if (!has_dates) what.since.reset();
    what.tips.assign(tips.begin(), tips.end());
    return what;
  }

  static const environment_status* first_of(const members& pipeline) {
    const auto found =
        std::ranges::find_if(pipeline, [](const auto* each) { return !commit_of(*each).empty(); });
    return found == pipeline.end() ? nullptr : *found;
  }

  static void leave_open(const members& pipeline) {
    const environment_status* first = first_of(pipeline);
    for (environment_status* each : pipeline) {
      if (first == nullptr || each == first || commit_of(*each).empty()) continue;
      each->first = first->of.place->name.str();
      each->distance = commit_distance{.why = "git could not tell"};
    }
  }

  void compare(const members& pipeline, const commit_graph& graph) const {
    const std::string below = folder_in(top_, *pipeline.front()->of.pipeline);
    const environment_status* first = first_of(pipeline);
    for (environment_status* each : pipeline) {
      if (each->failure) continue;
      if (follows_tags(*each)) each->next = next_by_tag(*each, graph);
      if (first == nullptr || each == first || commit_of(*each).empty()) continue;
      each->first = first->of.place->name.str();
      each->distance = graph.distance(commit_of(*each), commit_of(*first), below);
    }
  }

  /// The highest tag that the environment follows, where it is higher than what is there.
  static std::optional<next_release> next_by_tag(const environment_status& of, const commit_graph& graph) {
    const pipeline& declared = of.of.pipeline->declared;
    const trigger& on = of.of.place->on;
    std::vector<std::string> names;
    for (const commit_graph::tag& each : graph.tags())
      if (ref_matches(on.pattern.view(), each.name)) names.push_back(each.name);
    if (names.empty()) return std::nullopt;
    const tag_order order = tag_order::of(on.pattern, versions_of(declared));
    std::string best = order.highest(names);
    if (best.empty()) best = names.front();
    const auto at = std::ranges::find(graph.tags(), best, &commit_graph::tag::name);
    if (!is_newer(of, *at, order, graph)) return std::nullopt;
    return next_release{best, at->commit, {}};
  }

  static bool is_newer(const environment_status& of,
                       const commit_graph::tag& tag,
                       const tag_order& order,
                       const commit_graph& graph) {
    if (!of.record) return true;
    if (tag.name == of.record->tag) return false;
    if (const auto compared = order.compare(tag.name, of.record->tag)) return *compared > 0;
    return tag.commit != commit_of(of) && graph.distance(tag.commit, commit_of(of), {}).behind == 0U;
  }

  std::string top_;
  std::vector<members> pipelines_;
};

void look_at_repositories(const std::vector<members>& pipelines,
                          const surroundings& around,
                          errors& warnings) {
  std::map<std::string, repository> all;
  for (const members& each : pipelines) {
    const auto layout = observing::git_layout_of(each.front()->of.pipeline->repository());
    if (layout) all.try_emplace(layout->top, layout->top).first->second.add(each);
  }
  for (auto& [top, each] : all) each.look(around, warnings);
}

/// An environment that only comes FROM another takes what is there.
void find_next_by_from(const members& pipeline) {
  for (environment_status* each : pipeline) {
    const environment& place = *each->of.place;
    if (each->failure || place.on.kind != ref_kind::none || place.from.empty()) continue;
    const auto is_from = [&](const environment_status* other) {
      return std::ranges::find(place.from.front().any, other->of.place->name) != place.from.front().any.end()
             && other->record && !other->record->dirty;
    };
    const auto from = std::ranges::find_if(pipeline, is_from);
    if (from != pipeline.end() && commit_of(**from) != commit_of(*each))
      each->next = next_release{{}, commit_of(**from), {}};
  }
}

/// Asks the registries and the gate. A registry that does not answer is not asked again.
class asker {
 public:
  asker(delivery& releases, errors& warnings) : releases_(releases), warnings_(warnings) {}

  void look_at(environment_status& of) {
    if (of.failure) return;
    if (of.record && of.record->artifact != digest{}) look_for_mark(of);
    if (of.next) look_at_next(of);
    look_for_proposal(of);
  }

 private:
  void look_for_mark(environment_status& of) {
    const declared_pipeline& pipeline = *of.of.pipeline;
    if (!may_ask(pipeline)) return;
    result<std::optional<artifact_mark>> mark = releases_.gate().mark_of(pipeline, of.record->commit);
    if (!mark) return warn(pipeline, std::move(mark).error());
    if (*mark && (*mark)->is == artifact_mark::kind::yanked) of.yanked = *std::move(mark);
  }

  void look_at_next(environment_status& of) {
    const declared_pipeline& pipeline = *of.of.pipeline;
    if (!may_ask(pipeline)) {
      of.next.reset();
      return;
    }
    result<std::optional<gate_refusal>> refused = releases_.gate().refusal_of_release(
        pipeline, *of.of.place, of.next->tag, of.next->commit, {of.record, of.state, of.reverted});
    if (refused) {
      of.next->refused = *std::move(refused);
      return;
    }
    of.next.reset();
    warn(pipeline, std::move(refused).error());
  }

  void look_for_proposal(environment_status& of) {
    auto found =
        releases_.way_of(*of.of.place).proposal_in(*of.of.pipeline, *of.of.place, of.record, nullptr);
    if (found) {
      of.proposal = *std::move(found);
      return;
    }
    const std::lock_guard hold(mutex_);
    found.error().subject = of.of.text();
    warnings_.push_back(std::move(found).error());
  }

  static std::string registry_of(const declared_pipeline& pipeline) {
    const std::set<std::string> repositories = outside_repositories(pipeline);
    return repositories.empty() ? std::string() : registry_host(*repositories.begin());
  }

  bool may_ask(const declared_pipeline& pipeline) {
    const std::lock_guard hold(mutex_);
    return !silent_.contains(registry_of(pipeline));
  }

  /// Once for each pipeline and cause, and once for a registry that does not answer.
  void warn(const declared_pipeline& pipeline, error why) {
    const std::lock_guard hold(mutex_);
    if (why.kind == exit_class::remote && !silent_.insert(registry_of(pipeline)).second) return;
    if (!told_.insert(pipeline.declared.name.str() + '\n' + why.what + why.value.value_or("")).second) return;
    error about{exit_class::remote,
                pipeline.declared.name.str(),
                "it is not known what was yanked, nor what the next release waits for",
                why.value,
                {}};
    about.notes.push_back({"caused by", why.what});
    about.notes.insert(about.notes.end(), why.notes.begin(), why.notes.end());
    warnings_.push_back(std::move(about));
  }

  delivery& releases_;
  errors& warnings_;
  std::mutex mutex_;
  std::set<std::string> silent_, told_;
};

std::string name_of(const next_release& next) {
  return next.tag.empty() ? next.commit.substr(0, 7) : next.tag;
}

/// `SOAK, 41m left`
std::string brief_of(const gate_refusal& refused, std::chrono::system_clock::time_point now) {
  if (!refused.until || *refused.until <= now) return refused.why.what;
  const auto left = std::chrono::ceil<std::chrono::minutes>(*refused.until - now);
  constexpr std::chrono::minutes day = std::chrono::days(1);
  return fmt::format("{}, {} left", word_of(refused.rule),
                     span_text(left < day ? left : std::chrono::floor<std::chrono::hours>(left)));
}

environment_remark remark_of(const open_proposal& of, const moment_words& times) {
  const std::string where =
      of.link.empty() ? fmt::format("branch {}; no link: {}", of.branch, of.unknown) : of.link;
  return {"proposed",
          fmt::format("{} is proposed, by {}, {}, and deployed when it is merged: {}",
                      version_text(of.record), short_name(of.record.who), times.text(of.record.when), where),
          fmt::format("proposed: {}", of.record.tag.empty() ? of.record.version : of.record.tag)};
}

void add_remarks(environment_status& to, const moment_words& times) {
  if (to.proposal) to.remarks.push_back(remark_of(*to.proposal, times));
  if (to.yanked)
    to.remarks.push_back(
        {"yanked",
         fmt::format("{} was yanked by {}: {}; put back what ran before by: cicd rollback {} {}",
                     to.record->tag.empty() ? commit_of(to).substr(0, 7) : to.record->tag,
                     short_name(to.yanked->who), to.yanked->reason, to.of.pipeline->declared.name.view(),
                     to.of.place->name.view()),
         "! yanked: " + to.yanked->reason});
  if (!to.next || !to.next->refused || to.state.hold || to.reverted) return;  // those are told already
  const gate_refusal& refused = *to.next->refused;
  const std::string word = refused.waits ? "waits" : "is refused";
  const auto help = std::ranges::find(refused.why.notes, std::string("try"), &note::label);
  to.remarks.push_back({word,
                        fmt::format("{} {}: {}{}", name_of(*to.next), word, refused.why.what,
                                    help == refused.why.notes.end() ? std::string() : "; " + help->text),
                        fmt::format("{}: {}", word, brief_of(refused, times.now))});
}

}  // namespace
}  // namespace driver_commands_status_outlook

std::vector<std::string> columns_of(const std::vector<environment_status>& board) {
  std::vector<std::string> order;
  const declared_pipeline* last = nullptr;
  for (const environment_status& each : board) {
    if (each.of.pipeline == last) continue;
    last = each.of.pipeline;
    // A new name stands before the next one of its pipeline that is there already.
    std::vector<std::string> unplaced;
    for (const environment& place : last->declared.environments) {
      const auto at = std::ranges::find(order, place.name.view());
      if (at == order.end()) {
        unplaced.push_back(place.name.str());
      } else {
        order.insert(at, unplaced.begin(), unplaced.end());
        unplaced.clear();
      }
    }
    order.insert(order.end(), unplaced.begin(), unplaced.end());
  }
  std::erase_if(order, [&](const std::string& name) {
    return std::ranges::none_of(board, [&](const auto& each) { return each.of.place->name.view() == name; });
  });
  return order;
}

void look_ahead(std::vector<environment_status>& board,
                const session& in,
                delivery& releases,
                const moment_words& times,
                errors& warnings) {
  using namespace driver_commands_status_outlook;
  const std::vector<members> pipelines = by_pipeline(board);
  look_at_repositories(pipelines, in.around, warnings);
  for (const members& each : pipelines) find_next_by_from(each);
  asker ask(releases, warnings);
  (void)in_parallel(asked_at_once, board.size(), [&](std::size_t at) -> status {
    ask.look_at(board[at]);  // what fails is a warning, and ends nothing
    return {};
  });
  for (environment_status& each : board) add_remarks(each, times);
}

}  // namespace cicd
