// `cicd status`: show what is deployed where, its health, and the last run. It changes nothing.
#pragma once

#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/status_board.hpp>
#include <cicd/driver/commands/status_outlook.hpp>
#include <cicd/driver/commands/status_table.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/report/console.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace driver_commands_status {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>]`
  bool as_json = false, exact_times = false;
};

// --- As JSON ---

json json_of(const pod_count& of) {
  json pods;
  pods.set("ready", of.known ? json(of.ready) : json());
  pods.set("wanted", of.known ? json(of.wanted) : json());
  return pods;
}

json json_of(const branch_status& of) {
  json one;
  one.set("kind", of.kind);
  one.set("branch", of.branch);
  one.set("commit", of.commit);
  one.set("who", of.who);
  if (!of.host.empty()) one.set("host", of.host);
  if (!of.service.empty()) one.set("service", of.service);
  if (!of.share.empty()) one.set("share", of.share);
  one.set("outcome", of.outcome);
  one.set("deployed", of.since ? json(utc_text(*of.since)) : json());
  one.set("expires", of.expires ? json(utc_text(*of.expires)) : json());
  one.set("pods", json_of(of.pods));
  return one;
}

json json_of(const commit_distance& of, const std::string& first) {
  json one;
  one.set("from", first);
  one.set("behind", of.behind ? json(static_cast<std::int64_t>(*of.behind)) : json());
  one.set("ahead", of.behind ? json(static_cast<std::int64_t>(of.ahead)) : json());
  one.set("unknown", of.behind ? json() : json(of.why));
  return one;
}

json json_of(const next_release& of) {
  json one;
  one.set("tag", of.tag.empty() ? json() : json(of.tag));
  one.set("commit", of.commit);
  if (!of.refused) return one.set("refused", json());
  json refused, notes(json::array{});
  refused.set("rule", std::string(word_of(of.refused->rule)));
  refused.set("waits", of.refused->waits);
  refused.set("until", of.refused->until ? json(utc_text(*of.refused->until)) : json());
  refused.set("class", std::string(word_for(of.refused->why.kind)));
  refused.set("text", of.refused->why.what);
  for (const note& each : of.refused->why.notes)
    notes.push(json().set("label", each.label).set("text", each.text));
  return one.set("refused", refused.set("notes", std::move(notes)));
}

json json_of(const open_proposal& of) {
  json one;
  one.set("version", of.record.version).set("commit", of.record.commit).set("who", of.record.who);
  one.set("proposed", utc_text(of.record.when)).set("branch", of.branch);
  one.set("link", of.link.empty() ? json() : json(of.link));
  return one.set("unknown", of.link.empty() ? json(of.unknown) : json());
}

json json_of(const environment_status& of) {
  json one, remarks(json::array{}), branches(json::array{});
  for (const environment_remark& each : of.remarks)
    remarks.push(json().set("about", each.state).set("text", each.text));
  for (const branch_status& each : of.branches) branches.push(json_of(each));
  one.set("pipeline", of.of.pipeline->declared.name.str());
  one.set("environment", of.of.place->name.str());
  one.set("address", of.address);
  one.set("record", of.record ? json_of(*of.record) : json());
  one.set("pods", of.pods ? json_of(*of.pods) : json());
  one.set("remarks", std::move(remarks));
  one.set("branches", std::move(branches));
  one.set("distance", of.distance ? json_of(*of.distance, of.first) : json());
  one.set("yanked", of.yanked ? json_of(*of.yanked) : json());
  one.set("next", of.next ? json_of(*of.next) : json());
  one.set("proposal", of.proposal ? json_of(*of.proposal) : json());
  one.set("error",
          of.failure
              ? json().set("class", std::string(word_for(of.failure->kind))).set("text", of.failure->what)
              : json());
  return one;
}

// --- As a list ---

const std::vector<std::string> header{"PIPELINE", "ENVIRONMENT", "VERSION", "DEPLOYED",
                                      "BY",       "PODS",        "STATE"};

std::string state_of(const environment_status& of) {
  std::vector<std::string> states;
  for (const environment_remark& each : of.remarks) {
    const bool is_brief = each.state == "waits" || each.state == "is refused" || each.state == "proposed";
    const std::string& text = is_brief ? each.brief : each.state;
    if (std::ranges::find(states, text) == states.end()) states.push_back(text);
  }
  if (of.failure) states.push_back(short_text_of_failure(*of.failure));
  if (states.empty()) states.emplace_back(of.record ? "ok" : "never deployed");
  return displayable(joined(states, ", "));
}

std::vector<std::string> row_of(const environment_status& of, const moment_words& times) {
  const auto& record = of.record;
  return {of.of.pipeline->declared.name.str(),
          of.of.place->name.str(),
          record ? version_text(*record) : std::string(),
          record ? times.text(record->when) : std::string(),
          record ? displayable(short_name(record->who)) : std::string(),
          of.pods && record ? of.pods->text() : std::string(),
          state_of(of)};
}

std::string state_of(const branch_status& of, const moment_words& times) {
  std::vector<std::string> states;
  if (!of.outcome.empty() && of.outcome != "deployed") states.push_back(of.outcome);
  if (!of.share.empty()) states.push_back(of.share);
  if (of.expires && *of.expires <= times.now)
    states.emplace_back("expired");
  else if (of.expires)
    states.push_back("expires " + times.text(*of.expires));
  return displayable(joined(states, ", "));
}

std::vector<std::string> row_of(const branch_status& of, const moment_words& times) {
  return {std::string(),
          displayable(fmt::format("  {} {}", of.kind, of.branch)),
          displayable(of.commit.substr(0, 7)),
          of.since ? times.text(*of.since) : std::string(),
          displayable(short_name(of.who)),
          of.pods.text(),
          state_of(of, times)};
}

/// What a narrow terminal goes without, in that order: PODS, BY, DEPLOYED.
const std::vector<std::size_t> dispensable{5, 4, 3};

/// Where one environment is, and which images run there: told where it was named.
std::string details_of(const environment_status& of) {
  std::vector<std::vector<std::string>> rows{{"  address", displayable(of.address)}};
  if (of.record)
    for (const auto& [name, image] : of.record->images)
      rows.push_back({"  image " + name, displayable(image.reference)});
  for (const branch_status& each : of.branches)
    if (!each.host.empty())
      rows.push_back(
          {"  " + each.kind + ' ' + displayable(each.branch), displayable("https://" + each.host)});
  return fmt::format("\n{}\n", of.of.text()) + table_text({}, rows);
}

std::string remarks_of(const std::vector<environment_status>& board) {
  std::string text;
  for (const environment_status& each : board)
    for (const environment_remark& remark : each.remarks)
      text += fmt::format("! {}: {}\n", each.of.text(), displayable(as_called_here(remark.text)));
  return text.empty() ? text : "\n" + text;
}

/// The lines of the environments that are named; of others there are none.
std::string list_text(const std::vector<environment_status>& board,
                      const moment_words& times,
                      std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  std::string details;
  for (const environment_status& each : board) {
    rows.push_back(row_of(each, times));
    for (const branch_status& branch : each.branches) rows.push_back(row_of(branch, times));
    details += details_of(each);
  }
  return table_text(header, rows, width, dispensable) + remarks_of(board) + details;
}

/// Why `?` stands in the table, each reason once.
std::string unknown_distances(const std::vector<environment_status>& board) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const environment_status& each : board)
    if (each.distance && !each.distance->behind) by_reason[each.distance->why].push_back(each.of.text());
  std::string text;
  for (const auto& [why, of] : by_reason)
    text += fmt::format("? {}: {}\n", displayable(joined(of, ", ")), displayable(why));
  return text.empty() ? text : "\n" + text;
}

/// All of them: where each pipeline is, what is the matter, and the branches beside.
std::string overview_text(const std::vector<environment_status>& board,
                          const moment_words& times,
                          const surroundings& around) {
  const std::size_t width = table_width(around);
  std::vector<std::vector<std::string>> rows;
  for (const environment_status& each : board) {
    if (!each.branches.empty()) rows.push_back({each.of.text()});
    for (const branch_status& branch : each.branches) {
      rows.push_back(row_of(branch, times));
      rows.back().erase(rows.back().begin());  // the pipeline's column
    }
  }
  std::string text = status_table(board, {width, abilities_of_stdout(around).utf8});
  text += remarks_of(board) + unknown_distances(board);
  return rows.empty() ? text : text + "\n" + table_text({}, rows, width);
}

std::string shortened(std::vector<std::string> names) {
  constexpr std::size_t most = 3;
  if (names.size() <= most + 1) return joined(names, ", ");
  const std::size_t more = names.size() - most;
  names.resize(most);
  return fmt::format("{} and {} more", joined(names, ", "), more);
}

/// Each with the environments that it is of: a cluster or repository that does not answer is told once.
cicd::errors failures_of(const std::vector<environment_status>& board) {
  std::vector<std::pair<error, std::vector<std::string>>> told;
  for (const environment_status& each : board) {
    if (!each.failure) continue;
    const auto same = std::ranges::find_if(
        told, [&](const auto& one) { return cicd::text_of(one.first) == cicd::text_of(*each.failure); });
    if (same == told.end())
      told.push_back({*each.failure, {each.of.text()}});
    else
      same->second.push_back(each.of.text());
  }
  cicd::errors all;
  for (auto& [why, of] : told) {
    if (std::ranges::find(of, why.subject) == of.end())
      why.subject = shortened(of) + (why.subject.empty() ? "" : ": " + why.subject);
    all.push_back(std::move(why));
  }
  return all;
}

void print_text(const std::vector<environment_status>& board,
                const result<std::vector<run_summary>>& runs,
                const words& said,
                const moment_words& times,
                const surroundings& around) {
  const std::size_t width = table_width(around);
  std::string text =
      said.names.empty() ? overview_text(board, times, around) : list_text(board, times, width);
  if (runs && runs->empty())
    text += "\nno run yet\n";
  else if (runs)
    text += "\nlast run\n"
            + table_text(run_header(), {cicd::row_of(runs->front(), times)}, width, dispensable_of_runs());
  print_out(text);
}

bool is_among(const named_environment& of, const std::vector<named_environment>& all) {
  return std::ranges::any_of(all, [&](const named_environment& each) {
    return each.pipeline == of.pipeline && each.place == of.place;
  });
}

/// All environments of the pipelines of these.
std::vector<named_environment> with_neighbours(const session& in, const std::vector<named_environment>& all) {
  std::vector<named_environment> more;
  for (const declared_pipeline& pipeline : in.model.pipelines)
    if (std::ranges::find(all, &pipeline, &named_environment::pipeline) != all.end())
      for (const environment& place : pipeline.declared.environments) more.push_back({&pipeline, &place});
  return more;
}

exit_class act(const words& said, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(said.tree, std::move(around), failure);
  if (!of) return failure;
  const auto asked = named_environments(*of, said.names);
  if (!asked) return refused(asked.error());
  const moment_words times = moments_of_page(said.exact_times);
  delivery releases(of->where, of->around, system_clock_port(), {});
  std::vector<const declared_pipeline*> elsewhere;
  for (const named_environment& each : *asked) elsewhere.push_back(each.pipeline);
  cicd::errors failures = bring_clones(elsewhere, clone_need::there, of->around, nullptr);
  // What comes next, and how far behind one is, depends on the others of the pipeline.
  std::vector<environment_status> board = read_status(*of, releases, with_neighbours(*of, *asked), times);
  cicd::errors warnings;
  look_ahead(board, *of, releases, times, warnings);
  std::erase_if(board, [&](const environment_status& each) { return !is_among(each.of, *asked); });
  const auto runs = last_runs(*of, 1);
  if (said.as_json) {
    json document, places(json::array{});
    for (const environment_status& each : board) places.push(json_of(each));
    document.set("schema", 1);
    document.set("environments", std::move(places));
    document.set("last_run", !runs || runs->empty() ? json() : json_of(runs->front()));
    print_json(document);
  } else {
    print_text(board, runs, said, times, of->around);
  }
  print_warnings(warnings);
  for (error& each : failures_of(board)) failures.push_back(std::move(each));
  if (!runs) failures.push_back(runs.error());
  print_errors(failures);
  return failures.empty() ? exit_class::done : failures.front().kind;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* status =
      app.add_subcommand("status", "show what is deployed where, what waits or is held, and the last run");
  status
      ->add_option("names", said->names,
                   "[<pipeline>] [<environment>]: since when, by whom, pods, images and addresses of these; "
                   "default: a table of all")
      ->expected(0, 2);
  with_json(with_tree(status, said->tree), said->as_json);
  add_exact_times(status, said->exact_times);
  acts(status, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command status_command(add);

}  // namespace
}  // namespace driver_commands_status

}  // namespace cicd
