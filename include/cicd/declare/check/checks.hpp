// What the declarations of a pipeline say of each other: references, circles, clashes, what needs or excludes
// what.
#pragma once

#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include <cicd/declare/check/draft.hpp>

namespace cicd::declaring {

/// Reports all that is wrong within one pipeline.
void check_pipeline(draft& of, const zone_source& zones, findings& found);
/// What one notifier says; `secrets` are those that it may name.
void check_notifier(const declaration<notifier>& of, const named_list<secret>& secrets, findings& found);
/// What one secret says of itself.
void check_secret(const declaration<secret>& of, findings& found);
/// Its services, cron jobs and containers.
void check_workloads(draft& of, const zone_source& zones, findings& found);
/// Its environments, previews and canaries. A canary without SERVICE is given the only one with a port.
void check_environments(draft& of, findings& found);
/// What is OF another environment.
void check_parts(draft& of, findings& found);
/// Its backing services, and what needs them.
void check_backing(draft& of, findings& found);
/// Its functions, and the environments that they are deployed to.
void check_functions(draft& of, findings& found);
/// Its groups of files.
void check_files(draft& of, findings& found);
/// What its releases wait for: FROM, SOAK, WINDOW, GATE and HEALTH.
void check_gates(draft& of, const zone_source& zones, findings& found);
/// Who signs its images, and who must have signed those of its environments.
void check_signatures(draft& of, findings& found);
/// What comes from elsewhere: ARTIFACTS and CODE, AWAIT and UPSTREAM.
void check_elsewhere(draft& of, findings& found);
/// What AFTER says, of all pipelines: each step and image that is named is there, none waits for itself, what
/// comes together in a folder has paths of its own, and placeholders of images have their image.
void check_order(std::deque<draft>& all, findings& found);
/// What the steps before it leave for a step (`before` of `all`, each with its pipeline's name): the values
/// that its texts name.
struct step_before {
  std::string_view pipeline;
  const step* command = nullptr;
};
void check_values(const declaration<step>& of,
                  std::string_view pipeline,
                  std::span<const step_before> before,
                  std::span<const step_before> all,
                  findings& found);
/// What a step says of its shards; `all` are the steps of its pipeline.
void check_shards(const declaration<step>& of, const named_list<step>& all, findings& found);
/// What AFTER says of services.
void check_service_order(std::deque<draft>& all, findings& found);
/// Reports paths that lead into the build's own files, git's, or that no image can have.
void check_paths(const draft& of, std::string_view build_root, findings& found);
/// What SARIF, FINDINGS, REQUIRED and DATABASE_AGE of steps say, and BASELINE.
void check_scans(const draft& of, findings& found);
/// What CACHE_DIRS of steps say.
void check_caches(const draft& of, std::string_view build_root, findings& found);
/// Those of `a/b`, without empty ones and `.`.
std::vector<std::string> parts_of(std::string_view path);
/// Warns of each word of a call that holds `scheme://name:password@…`.
void check_logins(const call_site& of, findings& found);
/// Reports what is wrong between pipelines: two of them publish to one repository, deploy to one folder, or
/// give two objects one name; a step passes on a variable that holds a secret.
void check_between(std::deque<draft>& all, findings& found);

/// Reports an option whose secret this pipeline does not declare.
void check_named_secret(const declaration<environment>& of,
                        std::string_view key,
                        std::string_view keyword,
                        named_secret given,
                        draft& in,
                        findings& found);

/// Where a value of an option stands.
template <typename T>
place word_at(const declaration<T>& of, std::string_view key, std::size_t at) {
  const place given = of.near(key);
  return {given.site, given.word + 1 + at};
}

/// Reports each name that `list` does not have.
template <typename List>
void check_references(const std::vector<dns_label>& names,
                      const place& where,
                      std::string_view keyword,
                      std::string_view what,
                      List& list,
                      findings& found) {
  for (std::size_t at = 0; at < names.size(); ++at)
    if (!list.find(names[at].view()))
      found.add({where.site, where.word + 1 + at},
                unknown_reference(keyword, what, names[at].view(), list.names()));
}

/// Whether IN this name means the copies of branches and no environment.
inline bool is_copy(std::string_view name) {
  return name == "preview" || name == "canary";
}

/// The options that mean something only beside another.
struct counterpart {
  std::string_view key, keyword, needs_key, needs;
};
template <typename T>
void check_counterparts(const declaration<T>& of, std::initializer_list<counterpart> all, findings& found) {
  for (const counterpart& each : all)
    if (of.at(each.key) && !of.at(each.needs_key))
      found.add(of.at(each.key), missing_counterpart(each.keyword, each.needs));
}

}  // namespace cicd::declaring
