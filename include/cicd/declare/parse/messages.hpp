// The words of every error of a declaration, one function each. They know what is wrong, not how it was
// found.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/diagnostics.hpp>
#include <cicd/declare/values/schedule.hpp>

namespace cicd::declaring {

// Words of a call.
remark missing_name(const declaring_function& of);
remark unknown_keyword(std::string_view word,
                       const std::vector<option>& options,
                       std::string_view function,
                       bool in_list);
/// A keyword of CMake or of a CI system; `help` says what is meant here, and may be empty.
remark keyword_of_others(std::string_view word, std::string_view help);
/// `line` is all that a shell would be given.
remark word_of_a_shell(const option& of, std::string_view word, std::string_view line, bool has_shell);
/// `meant` is the keyword with the word, where one is known that it can be a value of.
remark value_without_keyword(std::string_view word,
                             const std::vector<option>& options,
                             std::string_view function,
                             std::string meant);
remark repeated_keyword(const option& of);
/// `allowed` in place of the option's own words, where it is not empty.
remark missing_value(const option& of, std::string allowed = {});
remark value_of_a_flag(const option& of, std::string_view value);
remark several_values(const option& of, std::string_view further);

// Values.
remark empty_value(const option& of);
remark wrong_value(const option& of, std::string_view value, std::string did_you_mean);
remark repeated_value(const option& of, std::string_view value);
remark generator_expression(const option& of);
/// `count` of them; `meant` is the first as it would be good, empty where it lies elsewhere.
remark absolute_paths(const option& of, std::string_view first, std::size_t count, std::string meant);
/// `names` are those of the variables that one value seems to hold.
remark list_in_quotes(const option& of, std::span<const std::string> names);
remark unknown_placeholder(const option& of, std::string_view name);

// What belongs together.
remark missing_option(std::string_view keyword, std::string_view allowed, std::string help);
remark excluded_option(std::string_view keyword, std::string_view by);
remark meaningless_option(std::string_view keyword, std::string_view why, std::string help);
remark missing_counterpart(std::string_view keyword, std::string_view needs);
remark empty_image();
/// A value that stands in the image, where all who have it can read it.
remark secret_in_image(std::string_view keyword, std::string_view name);
remark image_without_base();

// Paths and logins.
remark path_of_git(std::string_view keyword, std::string_view path);
remark path_of_the_build(std::string_view keyword, std::string_view path);
remark path_of_records(std::string_view path);
/// Of CACHE_DIRS: no variable is given, and none is known.
remark unknown_cache(std::string_view folder);
remark cache_in_sources(std::string_view folder, std::string_view what);
/// `other` is the keyword that gives the step that variable, too; empty: it is none that a step may change.
remark variable_of_cache(std::string_view variable, std::string_view folder, std::string_view other);
remark path_with_empty_parts(std::string_view keyword, std::string_view path, std::string_view shortest);
remark impossible_in_image(std::string_view path);
remark platform_twice(std::string_view platform);
remark base_of_one_platform(std::string_view base);
remark login_in_value(std::string_view value);

// Names and references.
/// `what` is a noun: `step`, `environment`.
remark unknown_reference(std::string_view keyword,
                         std::string_view what,
                         std::string_view name,
                         std::span<const std::string> candidates);
remark declared_twice(std::string_view what, std::string_view name, std::string_view first_at);
/// The same of what has no name that could be another.
remark given_twice(std::string_view what, std::string_view name, std::string_view first_at);
remark same_place_twice(std::string_view what, std::string_view where, std::string_view first_at);
remark reserved_name(std::string_view name);
remark cycle(std::span<const std::string> path);
/// Of environments.
remark cycle_of_from(std::span<const std::string> path);
remark unknown_pipeline_of_step(std::string_view id, std::span<const std::string> pipelines);
/// `name` is a publish, a deploy, or the image of a pipeline that has none.
remark effect_as_step(std::string_view name);
remark output_of_two(std::string_view path, std::string_view first, std::string_view second);
remark image_of_no_pipeline(std::string_view placeholder, const std::vector<std::string>& images);
remark written_image_of_several(std::string_view word, std::string_view first_image);
/// `images` are the words in AFTER that name images.
remark image_not_before(std::string_view placeholder, std::span<const std::string> images);
/// `by` is a placeholder `<by>.outputs.<name>`; `words` are what could stand there of the steps before it.
/// `step` is what AFTER calls one that leaves it; it may be empty.
remark output_not_before(std::string_view written, std::span<const std::string> words, std::string_view step);
/// `names` are the values that the step leaves.
remark no_such_output(std::string_view written, std::string_view step, std::span<const std::string> names);
remark secret_output_in_text(std::string_view keyword, std::string_view written, std::string_view name);
remark no_secret_output(std::string_view given, bool is_plain);
remark secret_and_plain_output(std::string_view name);
remark output_of_two_steps(std::string_view name, std::string_view first, std::string_view second);
/// `name` is a placeholder of shards.
remark shard_without_shards(std::string_view name);
remark shard_without_tests(std::string_view name);
remark shards_that_are_alike();
remark step_like_a_shard(std::string_view name);
remark label_given_twice(std::string_view key);
/// `function` is the one that declares such a thing, `what` its noun.
remark undeclared_workload(std::string_view function,
                           std::string_view what,
                           std::string_view name,
                           std::string_view pipeline);
/// `what` is what should run it: `service`.
remark ambiguous_image(std::string_view what, std::span<const std::string> images);
remark empty_pipeline();
remark wrong_prefix(std::string_view prefix);

// Secrets.
remark secret_without_source();
/// pipeline_notify() that does not say where to.
remark notifier_without_destination();
remark no_version_of_aws(std::string_view version);
/// A variable that a step would get twice.
remark variable_given_twice(std::string_view variable, std::string_view first, std::string_view second);
/// `second` is the use of the secret that was given its variable after another.
remark variable_of_two_secrets(std::string_view variable, std::string_view first, std::string_view second);
/// `keyword` is ENV, PASS_ENV or SECRETS of a step.
remark variable_of_cicd(std::string_view keyword, std::string_view variable);
remark variable_that_steers(std::string_view keyword, std::string_view variable, std::string_view secret);
/// PASS_ENV of a secret names what each step needs.
remark variable_of_each_step(std::string_view variable);
/// PASS_ENV of a step names what PASS_ENV of a secret names.
remark variable_of_a_secret(std::string_view variable, std::string_view secret);

// Workloads.
remark storage_without_stateful(std::string_view source);
remark no_file_path(std::string_view path);
remark path_mounted_twice(std::string_view path);
remark port_name_taken(std::string_view name);
remark port_given_twice(int port, std::string_view first, std::string_view second);
remark rollout_that_cannot_move();
remark surge_that_cannot_move();
remark drain_longer_than_grace(std::string_view grace);
remark disruptions_that_block();
remark port_of_the_service(std::string_view name);
remark no_host_name(std::string_view host);
remark wrong_object_name(std::string_view name, std::size_t most, bool has_service);
remark unknown_zone(std::string_view name, std::span<const std::string> candidates);
remark doubtful_run(const doubtful_time& of, std::string_view zone);
remark schedule_without_days(std::string_view schedule);
remark start_too_soon();
remark limit_below_request(std::string_view keyword,
                           std::string_view limit,
                           std::string_view requested_by,
                           std::string_view request);
remark many_cores(std::string_view keyword, std::string_view cores);
remark reserved_annotation(std::string_view keyword, std::string_view key);
remark volume_name_twice(std::string_view name, std::string_view first, std::string_view second);
remark sidecar_without_cpu(std::string_view service);
remark selectors_apart(std::string_view selector, std::string_view service_selector);
remark ingress_class_twice(std::string_view annotation, std::string_view option);
remark host_twice(std::string_view host);
remark no_host_to_name(std::string_view keyword, bool only_wildcards);
remark account_with_two_roles(std::string_view account, std::string_view by, std::string_view role);
remark long_cron_job(std::string_view object, std::size_t most);
remark name_of_a_service(std::string_view name);
remark name_of_the_main_container(std::string_view name);
remark reserved_label(std::string_view key);

// Environments, previews, canaries.
remark name_of_previews(std::string_view name);
/// `via` is the environment's way, `ways` those that honour the option: `gitops or kubectl`.
remark option_of_other_ways(std::string_view keyword, std::string_view via, std::string_view ways);
remark name_of_copies(std::string_view name);
remark task_without_job(std::string_view task,
                        std::string_view pipeline,
                        std::string_view environment,
                        std::string_view way,
                        std::string_view ways);
remark task_of_no_service(std::span<const std::string> services);
remark order_without_way(std::string_view environment, std::string_view way, std::string_view ways);
remark cycle_of_services(std::span<const std::string> path);
remark needs_other_way(std::string_view what,
                       std::string_view environment,
                       std::string_view via,
                       std::string_view ways);
remark preview_beside_write(std::string_view environment);
remark preview_beside_proposals(std::string_view environment);
remark ambiguous_canary(std::span<const std::string> services);
remark canary_of_stateful(std::string_view service);
remark canary_without_port(std::string_view service);
remark nested_folder(std::string_view inner, std::string_view outer, std::string_view outer_at);
remark same_object_name(std::string_view object, std::string_view pipeline, std::string_view part);

}  // namespace cicd::declaring
