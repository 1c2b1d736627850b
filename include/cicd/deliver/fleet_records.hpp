// What records say of what an environment has, as a pass over many environments asks it. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <cicd/declare/environments.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/release/artifact.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// As a person knows it: the tag, else the first digits of the commit.
std::string runs_text(const deployment_record& of);
/// Who deploys, and since when.
std::string deploying_text(const living_deploy& of);

/// How long a deploy that failed so often in a row, and left no record, is not tried again: a minute, then
/// twice as long each time, at most 6 hours.
std::chrono::minutes pause_after(std::int64_t times);

/// `jenkins build 8`, of the job `jenkins https://…`.
std::string build_text(const std::string& job, const upstream_build& build);

/// What others made of the commit is a reason of its own.
void add_reasons_elsewhere(fleet_candidate& to);

/// Whether a rollback took it away and nothing brought it again.
bool was_put_back(const std::vector<deployment_record>& newest_first, const std::string& commit);

/// Whether the environment, or a part of it, deploys what is published there: a way of the team's own takes
/// everything, one that deploys functions zips, any other images.
bool takes_from(const environment& place, const std::string& repository);
/// The same of the environment without its parts.
bool takes_itself(const environment& place, const std::string& repository);

/// By their names.
using published_images = std::map<std::string, artifact_record::image>;
/// Of what an artifact has, that which the environment takes: records have no more.
published_images images_taken(published_images of, const environment& place);
/// Whether exactly those run.
bool has_images_of(const deployment_record& there, const published_images& taken);

}  // namespace cicd
