// `VIA command`: programs of the team bring what is wanted to where it runs.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/deliver/applied_way.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/command/programs.hpp>
#include <cicd/deliver/command/traits.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/ways.hpp>
#include <cicd/image/artifact_files.hpp>
#include <cicd/image/embedded_registry.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_command_way {
namespace {

class command_way : public applied_way {
 public:
  using applied_way::applied_way;

  std::string address_of(const declared_pipeline& pipeline, const environment& place) const override {
    return states_of(pipeline, place, nullptr).name();
  }
  bool is_embedded(const environment&) const override { return false; }

 protected:
  result<std::map<std::string, std::string>> files_of(const deploy_request&,
                                                      const release_draft& made) const override {
    return std::map<std::string, std::string>{{release_file, release_text(made.record)}};
  }
  result<std::vector<std::string>> lines_of(const deploy_request& of,
                                            const manifest_state& now,
                                            const wanted_manifests& wanted) const override;
  result<std::optional<std::string>> left_over(const deploy_request& of,
                                               const manifest_state& now) const override;
  bool is_settled(const environment& place, const deployment_record& there) const override {
    const std::lock_guard hold(mutex_);
    return applied_way::is_settled(place, there)
           && !drifted_.contains(there.pipeline + "/" + place.name.str());
  }
  status bring(const permit& allowed, const application& what) const override;
  static error with_advice(error failure, const application& what);
  std::chrono::minutes longest_deploy(const environment&) const override { return std::chrono::minutes(70); }
  std::string summary_of(const deploy_request& of) const override {
    return shell_quoted(of.place().apply.front().view());
  }
  state_history states_of(const declared_pipeline& pipeline,
                          const environment& place,
                          const cancellation* cancelled) const override;

 private:
  program_request request_for(const declared_pipeline& pipeline,
                              const environment& place,
                              const deployment_record& record) const;
  /// Not in what a fork asks for: the programs know how to reach the environment.
  bool may_ask(const deploy_request& of) const {
    return static_cast<bool>(in_.gate.may_have_secrets(of.pipeline(), of.step.id));
  }

  struct known_secrets {
    secret_finder found{};
    std::vector<std::string> unmasked{};  ///< a line of each that could not be fetched
  };
  /// Fetches what is declared for the pipeline, so that it is masked in what the programs print.
  const known_secrets& know_secrets(const declared_pipeline& pipeline) const;

  /// Puts the files of a release below a folder, by their digests.
  status fetch_files(const declared_pipeline& pipeline,
                     const deployment_record& record,
                     const std::string& to) const;

  mutable std::mutex mutex_;
  mutable std::set<std::string> drifted_;                 ///< `orders/prod`, where READ says another version
  mutable std::mutex secrets_mutex_;                      ///< of the next two
  mutable std::map<std::string, known_secrets> secrets_;  ///< by pipeline, once it was asked
  mutable std::set<std::string> told_;                    ///< pipelines whose deploy said so
};

state_history command_way::states_of(const declared_pipeline& pipeline,
                                     const environment& place,
                                     const cancellation* cancelled) const {
  const std::string below = pipeline.declared.name.str() + "/state/" + place.name.str();
  const std::string state = place.state.str();
  if (state.starts_with('/')) return {folder_store(state), below};
  const object_place at = object_place_from(state + "/" + below).value();
  return {store_of(at, in_.where.bucket(), in_.around, cancelled), at.key};
}

/// A plan is asked for files that are made and not published yet: they are taken from their step, by the same
/// digest.
status command_way::fetch_files(const declared_pipeline& pipeline,
                                const deployment_record& record,
                                const std::string& to) const {
  const registry_options options = registries_of(in_.where, in_.options.cancelled);
  for (const auto& [name, files] : record.images) {
    if (!is_of_files(files.reference)) continue;
    const auto from = registry_for(files.repository(), options, in_.around);
    if (!from) return from.error();
    const std::string made =
        in_.where.work(pipeline.declared.name.str() + "/" + files_step_name(name)) + "/layout";
    const result<bool> is_there = (*from)->has(files.manifest);
    const bool is_made = is_there && !*is_there && checked_image(made, files.manifest);
    const std::string fetched = to + ".fetched";
    if (!is_made)
      if (status got = (*from)->fetch(files.manifest, fetched); !got)
        return std::move(got).error().with("files", name);
    if (status laid = unpack_files(is_made ? made : fetched, files.manifest, to + "/" + name); !laid)
      return std::move(laid).error().with("files", name);
    if (status gone = remove_tree(fetched); !gone) return gone;
  }
  return {};
}

program_request command_way::request_for(const declared_pipeline& pipeline,
                                         const environment& place,
                                         const deployment_record& record) const {
  const std::string& name = pipeline.declared.name.str();
  const bool has_files =
      std::ranges::any_of(record.images, [](const auto& each) { return is_of_files(each.second.reference); });
  const auto fetch = [this, &pipeline, &record](const std::string& to) {
    return fetch_files(pipeline, record, to);
  };
  return {.pipeline = pipeline,
          .place = place,
          .subject = name + "/" + place.name.str(),
          .record = record,
          .wanted = release_text(record),
          .before = {},
          .scratch = fmt::format("{}/command/{}/{}/{}", in_.where.own(), name, place.name.view(),
                                 in_.options.run_id),
          .fetch = has_files ? std::function<status(const std::string&)>(fetch) : nullptr,
          .around = in_.around,
          .cancelled = &in_.options.cancelled,
          .secrets = know_secrets(pipeline).found};
}

const command_way::known_secrets& command_way::know_secrets(const declared_pipeline& pipeline) const {
  const std::lock_guard hold(secrets_mutex_);
  const std::string& name = pipeline.declared.name.str();
  const auto [at, is_first] = secrets_.try_emplace(name);
  if (!is_first || !in_.gate.may_have_secrets(pipeline, name)) return at->second;
  std::vector<secret_value> values;
  for (const secret& each : pipeline.declared.secrets)
    if (auto value = in_.options.secrets(each, pipeline.source_directory, in_.options.cancelled); value)
      values.push_back(*std::move(value));
    else
      at->second.unmasked.push_back(
          fmt::format("secret {} cannot be fetched, so that it is not masked in what programs print: {}",
                      each.name.view(), displayable(value.error().what)));
  at->second.found = secret_finder(values);
  return at->second;
}

/// The images, and what PLAN says.
result<std::vector<std::string>> command_way::lines_of(const deploy_request& of,
                                                       const manifest_state& now,
                                                       const wanted_manifests& wanted) const {
  result<std::vector<std::string>> lines = applied_way::lines_of(of, now, wanted);
  if (!lines || of.place().plan.empty()) return lines;
  if (!may_ask(of)) {
    lines->emplace_back("! PLAN is not run for a fork");
    return lines;
  }
  for (const std::string& each : know_secrets(of.pipeline()).unmasked) lines->push_back("! " + each);
  program_request asked = request_for(of.pipeline(), of.place(), *wanted.record);
  if (const auto file = now.files.find(release_file); file != now.files.end()) asked.before = file->second;
  const result<std::string> printed = run_way_program(way_program::plan, asked);
  if (!printed) return printed.error();
  const result<std::vector<std::string>> changes = planned_changes(*printed, asked);
  if (!changes) return changes.error();
  lines->insert(lines->end(), changes->begin(), changes->end());
  return lines;
}

/// Where another version is there than the one that was deployed.
result<std::optional<std::string>> command_way::left_over(const deploy_request& of,
                                                          const manifest_state& now) const {
  if (!now.record || !may_ask(of)) return std::optional<std::string>();
  const program_request asked = request_for(of.pipeline(), of.place(), *now.record);
  const result<std::string> printed = run_way_program(way_program::read, asked);
  if (!printed) return printed.error();
  const auto version = version_read(*printed, asked.subject);
  if (!version) return version.error();
  if (*version && **version == version_of(*now.record)) return std::optional<std::string>();
  const std::lock_guard hold(mutex_);
  drifted_.insert(asked.subject);
  return std::optional(
      fmt::format("READ says that {} is there, and {} was deployed",
                  *version ? displayable(asked.secrets.masked(**version)) : std::string("nothing"),
                  displayable(version_of(*now.record))));
}

/// No pass takes up a rollback that was cut.
error command_way::with_advice(error failure, const application& what) {
  if (failure.kind != exit_class::interrupted) return failure;
  return std::move(failure).with("try",
                                 fmt::format("cicd rollback {} {}, as no pass of cicd reconcile does it",
                                             what.pipeline.declared.name.view(), what.place.name.view()));
}

status command_way::bring(const permit&, const application& what) const {
  const std::vector<std::string>& unmasked = know_secrets(what.pipeline).unmasked;
  {
    const std::lock_guard hold(secrets_mutex_);
    if (told_.insert(what.pipeline.declared.name.str()).second && what.say)
      for (const std::string& each : unmasked) what.say(each);
  }
  program_request asked = request_for(what.pipeline, what.place, what.record);
  sweep_ended(asked.scratch);
  asked.subject = what.subject;
  asked.cancelled = what.cancelled;
  const auto file_in = [](const std::map<std::string, std::string>& files) {
    const auto found = files.find(release_file);
    return found == files.end() ? std::string() : found->second;
  };
  asked.wanted = file_in(what.files);
  asked.before = file_in(what.before);
  const bool goes_back = what.is_rollback && !what.place.rollback.empty();
  const result<std::string> printed =
      run_way_program(goes_back ? way_program::rollback : way_program::apply, asked);
  if (!printed) return what.is_rollback ? with_advice(printed.error(), what) : printed.error();
  // The whole, before it is cut into lines.
  for (const std::string& line : split(asked.secrets.masked(*printed), '\n'))
    if (what.say && !trimmed(line).empty()) what.say(displayable(line));
  const result<std::string> read = run_way_program(way_program::read, asked);
  if (!read) return read.error();
  const auto version = version_read(*read, asked.subject);
  if (!version) return version.error();
  if (*version && **version == version_of(what.record)) return {};
  return error{exit_class::remote,
               what.subject,
               "another version is there after the deploy, as READ says",
               *version ? displayable(asked.secrets.masked(**version)) : std::string("none"),
               {{"wanted", version_of(what.record)},
                {"try", fmt::format("look at what {} did, and deploy again",
                                    shell_quoted(what.place.apply.front().view()))}}};
}

const listed_way listed(command_traits, make_way<command_way>);

}  // namespace
}  // namespace deliver_command_way

}  // namespace cicd
