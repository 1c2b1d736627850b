// The checks of environments, previews and canaries: what goes with which way of deploying, and what they
// refer to.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/circles.hpp>
#include <cicd/declare/check/judged_place.hpp>
#include <cicd/declare/check/parts.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/written_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cicd::declaring {

namespace declare_check_checks_environment {
namespace {

/// An option that some ways of deploying cannot honour.
struct option_of_ways {
  std::string_view key, keyword;
  way_feature needs;
};

constexpr option_of_ways ways[] = {{"repository", "REPOSITORY", way_feature::repository},
                                   {"branch", "BRANCH", way_feature::repository},
                                   {"path", "PATH", way_feature::folder},
                                   {"write", "WRITE", way_feature::repository},
                                   {"author", "AUTHOR", way_feature::repository},
                                   {"sign", "SIGN", way_feature::repository},
                                   {"pull_request", "PULL_REQUEST", way_feature::repository},
                                   {"pull_request_token", "PULL_REQUEST_TOKEN", way_feature::repository},
                                   {"pull_request_url", "PULL_REQUEST_URL", way_feature::repository},
                                   {"context", "CONTEXT", way_feature::cluster},
                                   {"kubeconfig", "KUBECONFIG", way_feature::cluster},
                                   {"eks", "EKS", way_feature::cluster},
                                   {"role", "ROLE", way_feature::cluster},
                                   {"take_over", "TAKE_OVER", way_feature::take_over},
                                   {"prune", "PRUNE", way_feature::prune},
                                   {"approval", "APPROVAL", way_feature::approval},
                                   {"protected", "PROTECTED", way_feature::protection},
                                   {"on_failure", "ON_FAILURE", way_feature::on_failure},
                                   {"verify", "VERIFY", way_feature::verify},
                                   {"patience", "PATIENCE", way_feature::patience},
                                   {"namespace", "NAMESPACE", way_feature::objects},
                                   {"create_namespace", "CREATE_NAMESPACE", way_feature::objects},
                                   {"manifests", "MANIFESTS", way_feature::objects},
                                   {"manifests_from", "MANIFESTS_FROM", way_feature::objects},
                                   {"parameters", "PARAMETERS", way_feature::objects},
                                   {"images_in", "IMAGES_IN", way_feature::objects},
                                   {"stage_name", "STAGE_NAME", way_feature::functions},
                                   {"region", "REGION", way_feature::functions},
                                   {"bucket", "BUCKET", way_feature::functions},
                                   {"state", "STATE", way_feature::state},
                                   {"plan", "PLAN", way_feature::programs},
                                   {"apply", "APPLY", way_feature::programs},
                                   {"read", "READ", way_feature::programs},
                                   {"rollback", "ROLLBACK", way_feature::programs},
                                   {"code_only", "CODE_ONLY", way_feature::functions},
                                   {"package", "PACKAGE", way_feature::functions}};

void check_way(const declaration<environment>& of, findings& found) {
  if (of.at("set") && !of.at("template"))
    found.add(of.at("set"), meaningless_option("SET", "without TEMPLATE", "give TEMPLATE, or leave it out"));
  const deploy_way via = of.value.via;
  for (const option_of_ways& each : ways)
    if (via != deploy_way::none && of.at(each.key) && !can(via, each.needs))
      found.add(of.at(each.key), option_of_other_ways(each.keyword, via.view(), ways_with(each.needs)));
}

/// `{host}` is that of the first service that has one there.
void check_verify(const declaration<environment>& of, draft& in, findings& found) {
  const auto names_host = [](text word) { return word.view().find("{host}") != std::string_view::npos; };
  const auto has_host = [](const declaration<service>& each) {
    return static_cast<bool>(host_of(each.value));
  };
  const auto services = all_in<service>({in, &of});
  if (!services.empty() && std::ranges::any_of(of.value.verify, names_host)
      && std::ranges::none_of(services, has_host))
    found.add(of.at("verify"), no_host_to_name("VERIFY", false));
}

/// The image that a placeholder means is there, and the only one where none is named.
void check_image_of(const std::string& name, const place& where, draft& in, findings& found) {
  if (in.own.value.artifacts) return;  // which images there are, the artifact's bundle says
  std::vector<std::string> images;
  // Placeholders call an image as the step that makes it.
  for (const auto& each : in.all<image>().items()) images.push_back(image_step_name(each.name));
  const auto dot = name.find('.');
  const bool is_unnamed = name == "tag" || name == "digest" || name == "repository" || name == "image";
  if (dot == name.npos && !is_unnamed) return;
  const std::string word = dot == name.npos ? "image" : name.substr(0, dot);
  if (word == "image" && images.size() == 1) return;
  if (dot != name.npos && std::ranges::find(images, word) != images.end()) return;
  const std::string part = dot == name.npos ? name : name.substr(dot + 1);
  for (std::string& each : images) each = "{" + each + "." + (part == "image" ? "digest" : part) + "}";
  found.add(where, image_of_no_pipeline("{" + name + "}", images));
}

/// What a word of WRITE is about, as texts that are the same for the same place in a file.
std::vector<std::string> written_places(const written_value& of, bool has_copies) {
  std::string path = of.file + ':';
  for (const yaml_step& each : of.path) path += (each.is_element ? "[" : ".") + each.name + '\n';
  if (of.value) return {path};
  std::vector<std::string> places{path + ".digest\n", path + ".newTag\n"};
  if (has_copies) places.push_back(path + ".newName\n");
  return places;
}

/// An element of `images` takes the tag and the digest of one image.
void check_written_image(const std::string& word, const place& where, draft& in, findings& found) {
  const auto& images = in.all<image>().items();
  if (in.own.value.artifacts) return;
  if (images.empty()) found.add(where, image_of_no_pipeline(word, {}));
  if (images.size() > 1)
    found.add(where, written_image_of_several(word, image_step_name(images.front().name)));
}

void check_write(const declaration<environment>& of, draft& in, findings& found) {
  std::set<std::string> places;
  for (std::size_t at = 0; at < of.value.write.size(); ++at) {
    const place where = word_at(of, "write", at);
    const std::string word = of.value.write[at].str();
    const std::optional<written_value> value = written_value_from(word);
    if (!value) continue;
    if (const std::string file = joined(parts_of(value->file), "/"); file != value->file)
      found.add(where, path_with_empty_parts("WRITE", word, file + word.substr(value->file.size())));
    bool is_twice = false;
    for (std::string& each : written_places(*value, static_cast<bool>(of.value.images_in)))
      is_twice |= !places.insert(std::move(each)).second;
    if (is_twice)
      found.add(where, given_twice("value of WRITE", word.substr(0, word.find('=')),
                                   found.text_of(where.site->from->where)));
    if (!value->value) check_written_image(word, where, in, found);
    for (const std::string& name : placeholders_in(word)) check_image_of(name, where, in, found);
  }
}

void check_pull_request(const declaration<environment>& of, findings& found) {
  check_counterparts(of,
                     {{"pull_request_token", "PULL_REQUEST_TOKEN", "pull_request", "PULL_REQUEST"},
                      {"pull_request_url", "PULL_REQUEST_URL", "pull_request", "PULL_REQUEST"},
                      {"pull_request", "PULL_REQUEST", "repository", "REPOSITORY"},
                      {"pull_request", "PULL_REQUEST", "pull_request_token", "PULL_REQUEST_TOKEN"}},
                     found);
  const std::string_view repository = of.value.repository.view();
  const bool is_local =
      !repository.empty() && (repository.starts_with("file:") || repository.find(':') == repository.npos);
  if (of.at("pull_request") && is_local && !of.at("pull_request_url"))
    found.add(of.at("pull_request"),
              missing_option("PULL_REQUEST_URL", "https://<host>/<owner>/<repository>",
                             "REPOSITORY is a path, which does not say where its server is"));
  if (of.at("pull_request") && of.at("approval"))
    found.add(of.at("approval"),
              meaningless_option("APPROVAL", "with PULL_REQUEST: its merge is the approval", "leave it out"));
  if (of.at("pull_request") && of.at("verify"))
    found.add(of.at("verify"),
              meaningless_option("VERIFY", "with PULL_REQUEST: nothing is deployed before its merge",
                                 "leave it out"));
}

// --- Releases ---

/// The same choice, or the same environment within one.
void check_from_is_named_once(const declaration<environment>& of, findings& found) {
  std::set<std::set<std::string>> seen;
  for (std::size_t at = 0; at < of.value.from.size(); ++at) {
    std::set<std::string> choice;
    for (const dns_label& each : of.value.from[at].any) choice.insert(each.str());
    if (choice.size() == of.value.from[at].any.size() && seen.insert(choice).second) continue;
    found.add(word_at(of, "from", at), {.what = "FROM names the same twice",
                                        .value = of.value.from[at].text(),
                                        .help = "leave the second out"});
  }
}

void check_from(const declaration<environment>& of, draft& in, findings& found) {
  check_from_is_named_once(of, found);
  std::vector<std::string> others = in.all<environment>().names();
  std::erase_if(others, [&](const std::string& each) {
    return each == of.name || in.all<environment>().find(each)->at("of");
  });
  for (std::size_t at = 0; at < of.value.from.size(); ++at)
    for (const dns_label& each : of.value.from[at].any) {
      const place where = word_at(of, "from", at);
      const declaration<environment>* there = in.all<environment>().find(each.view());
      if (there == nullptr)
        found.add(where, unknown_reference("FROM", "environment", each.view(), others));
      else if (there->at("of"))
        found.add(where, is_a_part("FROM", *there));
    }
}

void check_circles_of_from(draft& in, findings& found) {
  const auto& all = in.all<environment>().items();
  const std::vector<std::string> names = in.all<environment>().names();
  std::vector<std::vector<std::size_t>> before(names.size());
  for (std::size_t at = 0; at < names.size(); ++at)
    for (const environment_choice& choice : all[at].value.from)
      for (const dns_label& each : choice.any)
        if (const auto known = std::ranges::find(names, each.view()); known != names.end())
          before[at].push_back(static_cast<std::size_t>(known - names.begin()));
  find_circles(before, [&](std::span<const std::size_t> circle) {
    std::vector<std::string> path;
    for (const std::size_t each : circle) path.push_back(names[each]);
    path.push_back(path.front());
    found.add(all[circle.front()].at("from"), cycle_of_from(path));
  });
}

void check_release(const declaration<release>& of, draft& in, findings& found) {
  if (of.site->unclear) return;
  if (!of.at("branches") && !of.at("versions"))
    return found.add(of.start(), missing_option("BRANCHES or VERSIONS", "what may be released",
                                                "cicd explain pipeline_release"));
  const auto& places = in.all<environment>().items();
  const auto has = [&](const auto& rule) {
    return std::ranges::any_of(places, [&](const auto& each) { return rule(each.value); });
  };
  if (!has(is_released))
    return found.add(of.start(),
                     meaningless_option("pipeline_release", "where no environment is ON tag or has FROM",
                                        "give one ON tag v*, or leave it out"));
  // An environment that is pinned for a while is ON a tag before and after it.
  const auto takes_tags = [](const environment& place) {
    return place.on.kind == ref_kind::tag || (!place.pin.empty() && !pins_commit(place));
  };
  if (of.at("versions") && !has(takes_tags))
    found.add(of.at("versions"), meaningless_option("VERSIONS", "where no environment is ON tag",
                                                    "give one ON tag v*, or leave it out"));
}

void check_environment(const declaration<environment>& of, draft& in, findings& found) {
  if (!of.at("via") && !of.site->unclear)
    found.add(of.start(), missing_option("VIA", allowed_of<deploy_way>(), "cicd explain environment.via"));
  check_way(of, found);
  check_verify(of, in, found);
  check_write(of, in, found);
  check_named_secret(of, "sign", "SIGN", of.value.sign, in, found);
  check_named_secret(of, "pull_request_token", "PULL_REQUEST_TOKEN", of.value.pull_request_token, in, found);
  check_pull_request(of, found);
  check_from(of, in, found);
  if (of.name == "branch") found.add(of.near("name"), name_of_previews(of.name));
  if (is_copy(of.name)) found.add(of.near("name"), name_of_copies(of.name));
  if (!can(of.value.via, way_feature::cluster)) return;
  if (of.at("eks") && of.at("context")) found.add(of.at("eks"), excluded_option("EKS", "CONTEXT"));
  if (of.at("eks") && of.at("kubeconfig")) found.add(of.at("eks"), excluded_option("EKS", "KUBECONFIG"));
  check_counterparts(of, {{"role", "ROLE", "eks", "EKS"}}, found);
}

/// The environment that a preview or canary is IN; nothing when that is wrong, which is reported.
template <typename T>
const declaration<environment>* environment_of(const declaration<T>& of, draft& in, findings& found) {
  const std::string_view name = of.value.in.view();
  if (name.empty()) {
    if (!of.site->unclear && !of.at("in"))
      found.add(of.start(), missing_option("IN", "the name of an environment", ""));
    return nullptr;
  }
  const declaration<environment>* there = in.all<environment>().find(name);
  if (!there)
    found.add(of.at("in"), unknown_reference("IN", "environment", name, in.all<environment>().names()));
  if (there != nullptr && there->at("of")) {
    found.add(of.at("in"), is_a_part("IN", *there));
    return nullptr;
  }
  return there;
}

template <typename T>
void check_way_has(const declaration<T>& of,
                   const declaration<environment>* there,
                   way_feature needed,
                   std::string_view what,
                   findings& found) {
  if (there && there->value.via != deploy_way::none && !can(there->value.via, needed))
    found.add(of.at("in"), needs_other_way(what, there->name, there->value.via.view(), ways_with(needed)));
}

/// Long names of branches have room in its host, behind the name of each service, and in its namespace.
void check_room_for_branches(const declaration<preview>& of,
                             const declaration<environment>* there,
                             draft& in,
                             findings& found) {
  if (!there) return;
  const auto longest = [&](host_name pattern) {
    return with_placeholders(
        pattern.view(),
        {{"pipeline", in.own.name}, {"environment", there->name}, {"slug", std::string(longest_slug, 'x')}});
  };
  const auto refuse = [&](std::string_view key, host_name pattern, std::string_view before) {
    found.add(of.at(key),
              {.what = fmt::format("{} leaves too little room for the name of a branch, which has up to {} "
                                   "characters",
                                   upper(key), longest_slug),
               .value = std::string(before) + pattern.str(),
               .allowed = "at most 63 characters between two dots, and 253 in all"});
  };
  if (of.value.namespace_name && !detail::is_dns_label(longest(of.value.namespace_name)))
    refuse("namespace", of.value.namespace_name, "");
  if (!of.value.host) return;
  const std::string host = longest(of.value.host);
  if (!detail::is_dns_name(host)) return refuse("host", of.value.host, "");
  const auto& names = of.value.services;
  bool is_first = true;  // which has the host as it is
  for (const declaration<service>& each : all_in<service>({in, there})) {
    const bool is_there = names.empty() || std::ranges::find(names, each.value.name) != names.end();
    if (!is_there || !each.value.port || std::exchange(is_first, false)) continue;
    if (!each.value.host.empty() && !detail::is_dns_name(each.name + "-" + host))
      return refuse("host", of.value.host, each.name + "-");
  }
}

/// The approval of a commit is kept beside its artifacts.
template <typename T>
void check_approval_to_build(const declaration<T>& of, const draft& in, findings& found) {
  if (of.at("approval_to_build") && in.all<image>().items().empty() && in.all<zip_function>().items().empty()
      && in.all<file_group>().items().empty() && !in.without_template)
    found.add(
        of.at("approval_to_build"),
        meaningless_option("APPROVAL_TO_BUILD",
                           "where the pipeline makes no image: the approval is kept where its artifacts are",
                           "declare pipeline_image(), or leave it out"));
}

constexpr option_of_ways ways_of_previews[] = {{"repository", "REPOSITORY", way_feature::repository},
                                               {"branch", "BRANCH", way_feature::repository},
                                               {"path", "PATH", way_feature::repository}};

/// What a folder of its own in a manifest repository needs.
void check_folder_of_copies(const declaration<preview>& of,
                            const declaration<environment>& there,
                            findings& found) {
  const environment& value = there.value;
  for (const option_of_ways& each : ways_of_previews)
    if (value.via != deploy_way::none && of.at(each.key) && !can(value.via, each.needs))
      found.add(of.at(each.key), option_of_other_ways(each.keyword, value.via.view(), ways_with(each.needs)));
  if (!can(value.via, way_feature::repository)) return;
  if (of.at("repository") && !value.repository)
    found.add(of.at("repository"),
              missing_counterpart("REPOSITORY of a preview", "REPOSITORY of its environment"));
  if (!value.write.empty()) found.add(of.at("in"), preview_beside_write(there.name));
  if (value.pull_request != forge_kind::none && !of.at("repository") && !of.at("branch"))
    found.add(of.at("in"), preview_beside_proposals(there.name));
}

void check_preview(const declaration<preview>& of, draft& in, findings& found) {
  check_approval_to_build(of, in, found);
  const declaration<environment>* there = environment_of(of, in, found);
  check_room_for_branches(of, there, in, found);
  check_way_has(of, there, way_feature::branch_copy, "preview", found);
  if (there) check_folder_of_copies(of, *there, found);
  if (of.value.replicas.scales())
    found.add(of.at("replicas"), meaningless_option("a range of REPLICAS", "for a preview", "give a number"));
  check_references(of.value.services, of.near("services"), "SERVICES", "service", in.all<service>(), found);
  check_references(of.value.cron_jobs, of.near("cron_jobs"), "CRON_JOBS", "cron job", in.all<cron_job>(),
                   found);
}

/// The only service with a port, for a canary that names none.
void fill_in_service(declaration<canary>& of, draft& in, findings& found) {
  std::vector<std::string> with_port;
  for (const auto& each : in.all<service>().items())
    if (each.value.port) with_port.push_back(each.name);
  if (with_port.size() != 1) return found.add(of.start(), ambiguous_canary(with_port));
  of.value.service = dns_label::from(with_port.front());
  of.name += "." + with_port.front();
}

/// What takes a share of a service's requests is a Deployment beside its own.
void check_canary_of(const declaration<canary>& of,
                     const declaration<environment>* there,
                     draft& in,
                     findings& found) {
  if (!of.value.service) return;
  const declaration<service>* meant = in.all<service>().find(of.value.service.view());
  if (!meant)
    return found.add(of.at("service"), unknown_reference("SERVICE", "service", of.value.service.view(),
                                                         in.all<service>().names()));
  if (!meant->value.port) return found.add(of.at("service"), canary_without_port(meant->name));
  const declared_in_places<service> places(*meant, in.all<service>());
  if (there && places.merged_in({there->name}).value.stateful)
    found.add(of.near("service"), canary_of_stateful(meant->name));
}

void check_canary(declaration<canary>& of, draft& in, findings& found) {
  const declaration<environment>* there = environment_of(of, in, found);
  check_way_has(of, there, way_feature::branch_share, "canary", found);
  if (of.site->unclear) return;
  if (!of.at("share"))
    found.add(of.start(), missing_option("SHARE", share::allowed(), "cicd explain canary.share"));
  if (!of.at("service")) fill_in_service(of, in, found);
  check_canary_of(of, there, in, found);
}

/// One that names its service, and one that means the same without.
void check_canaries_apart(const draft& in, findings& found) {
  const auto& all = in.all<canary>().items();
  for (auto each = all.begin(); each != all.end(); ++each) {
    const auto same =
        std::find_if(all.begin(), each, [&](const auto& other) { return other.name == each->name; });
    if (same != each && !each->name.empty())
      found.add(each->start(), given_twice("canary of this service IN this environment", each->name,
                                           found.text_of(same->site->from->where)));
  }
}

}  // namespace
}  // namespace declare_check_checks_environment

void check_named_secret(const declaration<environment>& of,
                        std::string_view key,
                        std::string_view keyword,
                        named_secret given,
                        draft& in,
                        findings& found) {
  if (!of.at(key) || !given || in.all<secret>().find(cicd::name_of(given))) return;
  found.add(word_at(of, key, 0),
            unknown_reference(keyword, "secret", cicd::name_of(given), in.all<secret>().names()));
}

void check_environments(draft& of, findings& found) {
  using namespace declare_check_checks_environment;
  check_approval_to_build(of.own, of, found);
  for (const auto& each : of.all<environment>().items()) check_environment(each, of, found);
  check_circles_of_from(of, found);
  for (const auto& each : of.all<release>().items()) check_release(each, of, found);
  for (const auto& each : of.all<preview>().items()) check_preview(each, of, found);
  for (auto& each : of.all<canary>().items()) check_canary(each, of, found);
  check_canaries_apart(of, found);
}

}  // namespace cicd::declaring
