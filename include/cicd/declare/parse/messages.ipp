// The words of every error of a declaration.
#pragma once

#include <cicd/declare/parse/messages.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd::declaring {
namespace {

std::string text_of(std::string_view text) {
  return std::string(text);
}

std::vector<std::string> keywords_in(const std::vector<option>& options) {
  std::vector<std::string> keywords;
  for (const option& each : options)
    if (each.key != "name") keywords.push_back(each.keyword);
  return keywords;
}

std::string explained(std::string_view subject) {
  return fmt::format("cicd explain {}", subject);
}

/// Words of other systems, and of other functions of ours, by what says the same here.
constexpr std::pair<std::string_view, std::string_view> said_otherwise[] = {
    {"LABELS",
     "pipeline_label(<pipeline> <key>=<value>) puts labels on its objects, LABELS of pipeline_image() on an "
     "image"},
    {"TAG",
     "the tag is the commit's, or the git tag's; ON tag <pattern> of pipeline_environment() deploys by it"},
    {"FROM", "BASE of pipeline_image() says what an image stands on"},
    {"IMAGE_PULL_SECRETS", "name them in the service account that SERVICE_ACCOUNT names, or in a PATCH"},
    {"ARGS", "COMMAND takes the program and its arguments"},
    {"COMMENT", "DESCRIPTION of pipeline_step() says what a step is for"},
    {"BYPRODUCTS", "OUTPUTS of pipeline_step() names what a step makes"}};

/// Where the keyword is at home; empty where it is one of nothing.
std::string owner_of(std::string_view word) {
  for (const auto& [other, said] : said_otherwise)
    if (other == word) return text_of(said);
  std::vector<std::string> owners;
  for (const declaring_function& each : declaring_functions())
    if (std::find(each.keywords.begin(), each.keywords.end(), word) != each.keywords.end())
      owners.push_back(fmt::format("{}()", each.name));
  return owners.empty() ? std::string() : fmt::format("{} belongs to {}", word, joined(owners, ", "));
}

/// The keyword here of which one that belongs elsewhere is the end: PASS_ENV of ENV.
std::string ending_in(std::string_view word, const std::vector<std::string>& keywords) {
  const bool has_advice =
      std::ranges::any_of(said_otherwise, [&](const auto& each) { return each.first == word; });
  const auto longer = std::ranges::find_if(
      keywords, [end = fmt::format("_{}", word)](const std::string& each) { return each.ends_with(end); });
  return has_advice || longer == keywords.end() ? std::string() : *longer;
}

}  // namespace

remark missing_name(const declaring_function& of) {
  return {.what = fmt::format("the name of the {} is missing", replaced_all(std::string(of.kind), "_", " ")),
          .allowed = fmt::format("{}({} …)", of.name, of.signature),
          .help = explained(of.name)};
}

remark unknown_keyword(std::string_view word,
                       const std::vector<option>& options,
                       std::string_view function,
                       bool in_list) {
  const std::vector<std::string> keywords = keywords_in(options);
  const std::string owner = owner_of(word);
  return {.what = "unknown keyword",
          .value = text_of(word),
          .allowed = joined(keywords, ", "),
          .did_you_mean = owner.empty() ? nearest(word, keywords).value_or("") : ending_in(word, keywords),
          .help = in_list         ? fmt::format("where the word itself is meant, write \"\\\\{}\"", word)
                  : owner.empty() ? explained(function)
                                  : owner};
}

remark keyword_of_others(std::string_view word, std::string_view help) {
  return {.what = "a keyword that this function does not have",
          .value = text_of(word),
          .help = help.empty() ? owner_of(word) : text_of(help),
          .further = {{"or", fmt::format("where the word itself is meant, write \"\\\\{}\"", word)}}};
}

remark word_of_a_shell(const option& of, std::string_view word, std::string_view line, bool has_shell) {
  std::string quoted;
  for (const char c : line) (quoted += c == '"' || c == '\\' || c == '$' ? "\\" : "") += c;
  return {.what = fmt::format("{} starts no shell, and only a shell interprets this word", of.keyword),
          .value = text_of(word),
          .help = has_shell ? fmt::format("SHELL \"{}\"", quoted)
                            : fmt::format("{} /bin/sh -e -c \"{}\"", of.keyword, quoted),
          .further = {{"or", fmt::format("where the program gets the word itself, write \"\\\\{}\"", word)}}};
}

remark value_without_keyword(std::string_view word,
                             const std::vector<option>& options,
                             std::string_view function,
                             std::string meant) {
  const std::vector<std::string> keywords = keywords_in(options);
  return {.what = "a value without a keyword",
          .value = text_of(word),
          .allowed = joined(keywords, ", "),
          .did_you_mean = meant.empty() ? nearest(word, keywords).value_or("") : std::move(meant),
          .help = explained(function)};
}

remark repeated_keyword(const option& of) {
  return {.what = fmt::format("{} is given twice", of.keyword), .allowed = "each keyword once in a call"};
}

remark missing_value(const option& of, std::string allowed) {
  return {.what = fmt::format("{} has no value", of.keyword),
          .allowed = allowed.empty() ? text_of(of.allowed) : std::move(allowed)};
}

remark value_of_a_flag(const option& of, std::string_view value) {
  return {.what = fmt::format("{} takes no value", of.keyword),
          .value = text_of(value),
          .help = fmt::format("write {} alone, or leave it out", of.keyword)};
}

remark several_values(const option& of, std::string_view further) {
  return {.what = fmt::format("{} takes {}, here is another", of.keyword,
                              of.takes == arity::two ? "two words" : "one value"),
          .value = text_of(further),
          .allowed = text_of(of.allowed),
          .help = "put a value with spaces into quotes"};
}

remark empty_value(const option& of) {
  return {.what = fmt::format("{} is empty", of.keyword), .value = "", .allowed = text_of(of.allowed)};
}

remark wrong_value(const option& of, std::string_view value, std::string did_you_mean) {
  return {.what = of.key == "name" ? "a wrong name" : fmt::format("{} has a wrong value", of.keyword),
          .value = of.is_secret ? fmt::format("{}=***", value.substr(0, value.find('='))) : text_of(value),
          .allowed = text_of(of.allowed),
          .did_you_mean = std::move(did_you_mean),
          .help = of.key == "cache_dirs" && value.find_first_of("/~=$") != 0
                      ? fmt::format("what lies in the step's own folder is kept by KEEP {}", value)
                      : ""};
}

remark repeated_value(const option& of, std::string_view value) {
  return {.what = fmt::format("{} names the same twice", of.keyword), .value = text_of(value)};
}

remark generator_expression(const option& of) {
  return {.what = fmt::format("{} cannot be a generator expression", of.keyword),
          .allowed = text_of(of.allowed),
          .help = "generator expressions work in commands, paths, texts and values of ENV"};
}

remark absolute_paths(const option& of, std::string_view first, std::size_t count, std::string meant) {
  const bool is_made = of.key == "outputs" || of.key == "reports" || of.key == "keep";
  const bool is_list = of.takes == arity::many;
  return {.what = count == 1 ? fmt::format("{} has an absolute path", of.keyword)
                             : fmt::format("{} has {} absolute paths", of.keyword, count),
          .value = text_of(first),
          .allowed = text_of(of.allowed),
          .did_you_mean = std::move(meant),
          .help = is_made   ? "a step starts in a folder of its own, and writes what it makes there"
                  : is_list ? "file(GLOB … RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} …) gives relative paths"
                            : ""};
}

remark list_in_quotes(const option& of, std::span<const std::string> names) {
  return {.what = fmt::format("{} has one value that looks like a list in quotes, of", of.keyword),
          .value = joined(names, ", "),
          .help = fmt::format("{} ${{list}} without quotes gives each its own; a ';' that is meant stays",
                              of.keyword)};
}

namespace declare_parse_messages {
namespace {

/// What is known of a release is known of no run.
remark output_of_no_artifact(const option& of, std::string_view name) {
  return {.what = fmt::format("{} can hold no value of a step", of.keyword),
          .value = fmt::format("{{{}}}", name),
          .help =
              "what is deployed is the artifact's, and a promotion runs no step: write the value per "
              "environment with IN, "
              "or let a step that comes AFTER put it where the service reads it"};
}

}  // namespace
}  // namespace declare_parse_messages

remark unknown_placeholder(const option& of, std::string_view name) {
  if (output_named_by(name) && std::ranges::find(of.placeholders, "environment") != of.placeholders.end())
    return declare_parse_messages::output_of_no_artifact(of, name);
  if (of.placeholders.empty())
    return {.what = fmt::format("no placeholder is replaced in {}", of.keyword),
            .value = fmt::format("{{{}}}", name),
            .help = "write the value itself, or hand it in by ENV of a step"};
  const std::vector<std::string> candidates(of.placeholders.begin(), of.placeholders.end());
  const auto near = nearest(name, candidates);
  return {.what = fmt::format("{} knows no such placeholder", of.keyword),
          .value = fmt::format("{{{}}}", name),
          .allowed = "{" + joined(candidates, "}, {") + "}",
          .did_you_mean = near ? fmt::format("{{{}}}", *near) : "",
          .help = of.key != "command"           ? ""
                  : of.placeholders.size() == 1 ? "write the value itself, or hand it in by ENV"
                                                : "text in braces of no placeholder goes into SHELL"};
}

remark missing_option(std::string_view keyword, std::string_view allowed, std::string help) {
  return {
      .what = fmt::format("{} is missing", keyword), .allowed = text_of(allowed), .help = std::move(help)};
}

remark excluded_option(std::string_view keyword, std::string_view by) {
  return {.what = fmt::format("{} and {} exclude each other", by, keyword), .help = "leave one of them out"};
}

remark meaningless_option(std::string_view keyword, std::string_view why, std::string help) {
  return {.what = fmt::format("{} has no meaning {}", keyword, why), .help = std::move(help)};
}

remark missing_counterpart(std::string_view keyword, std::string_view needs) {
  return {.what = fmt::format("{} needs {}", keyword, needs),
          .help = fmt::format("add {}, or leave {} out", needs, keyword)};
}

remark empty_image() {
  return {.what = "the image has no content",
          .help = "give JAR, FILES, BASE or DOCKERFILE, or a TEMPLATE that has an image"};
}

remark secret_in_image(std::string_view keyword, std::string_view name) {
  return {.what = fmt::format("{} takes no secret: what it gives can be read in the image", keyword),
          .value = std::string(name),
          .help = "fetch it in a step before the image, with SECRETS, and COPY what it makes"};
}

remark image_without_base() {
  return {.what = "the image has a JAR and no BASE, so that nothing in it can start the jar",
          .help = "give BASE a run-time environment, such as rootfs:<folder or tar>"};
}

remark path_of_git(std::string_view keyword, std::string_view path) {
  return {.what = fmt::format("{} leads into a folder of git's own", keyword),
          .value = text_of(path),
          .allowed = "a path without a part .git"};
}

remark path_of_the_build(std::string_view keyword, std::string_view path) {
  return {
      .what = fmt::format("{} leads to files of the build tree itself", keyword),
      .value = text_of(path),
      .allowed =
          "a path beside .cicd, registry, manifests.git, CMakeFiles, CMakeCache.txt and other files of CMake",
      .help = "give it a folder of its own, such as rendered/stage"};
}

remark path_of_records(std::string_view path) {
  return {.what = "PATH leads to the deployment records of the manifest repository",
          .value = text_of(path),
          .allowed = "a folder below the repository's root, other than .cicd"};
}

remark path_with_empty_parts(std::string_view keyword, std::string_view path, std::string_view shortest) {
  return {.what = fmt::format("{}: a path has no part that is empty or '.'", keyword),
          .value = text_of(path),
          .help = std::string(shortest)};
}

remark impossible_in_image(std::string_view path) {
  return {.what = "FILES: no file of an image can have this path",
          .value = text_of(path),
          .allowed = "no part that begins with '.wh.', which would delete files of the base image"};
}

remark platform_twice(std::string_view platform) {
  return {.what = "PLATFORMS: named twice", .value = text_of(platform)};
}

remark base_of_one_platform(std::string_view base) {
  return {
      .what = "BASE: one root file system cannot be the base of images for several PLATFORMS",
      .value = text_of(base),
      .allowed =
          "a root file system for each, named by {arch}; an image or index that says what it is for; scratch",
      .help = "BASE rootfs:base-{arch}.tar"};
}

remark login_in_value(std::string_view value) {
  return {
      .what = "a password in the declaration is readable in the source tree and the build tree",
      .value = text_of(value),
      .help =
          "leave it out: git gets it from a credential helper or GIT_ASKPASS, a step by PASS_ENV, a service "
          "by SECRET_ENV"};
}

remark unknown_reference(std::string_view keyword,
                         std::string_view what,
                         std::string_view name,
                         std::span<const std::string> candidates) {
  return {.what = keyword.empty() ? fmt::format("there is no such {}", what)
                                  : fmt::format("{}: there is no such {}", keyword, what),
          .value = text_of(name),
          .allowed =
              candidates.empty() ? fmt::format("nothing: no {} is declared", what) : joined(candidates, ", "),
          .did_you_mean = nearest(name, candidates).value_or("")};
}

remark declared_twice(std::string_view what, std::string_view name, std::string_view first_at) {
  return {.what = fmt::format("the {} is declared twice", what),
          .value = text_of(name),
          .help = fmt::format("give one of them another name; the first is in {}", first_at)};
}

remark given_twice(std::string_view what, std::string_view name, std::string_view first_at) {
  return {.what = fmt::format("the {} is declared twice", what),
          .value = text_of(name),
          .help = fmt::format("make one call of them; the first is in {}", first_at)};
}

remark same_place_twice(std::string_view what, std::string_view where, std::string_view first_at) {
  return {.what = text_of(what),
          .value = text_of(where),
          .help = fmt::format("give one of them a place of its own; the first is in {}", first_at)};
}

remark reserved_name(std::string_view name) {
  if (name.starts_with("files"))
    return {.what = "the name belongs to a step that cicd makes itself",
            .value = text_of(name),
            .allowed = "beside pipeline_files() any but files, and what begins with files-",
            .help = "give the step another name"};
  return {
      .what = "the name belongs to a step that cicd makes itself",
      .value = text_of(name),
      .allowed =
          "any but image, zip, publish, undeploy-branch, and what begins with image-, zip-, plan-, deploy-, "
          "rollback- or "
          "verify-",
      .help = "give the step another name"};
}

remark cycle(std::span<const std::string> path) {
  return {.what = "the steps depend on each other in a cycle",
          .value = joined(path, " → "),
          .help = "remove one AFTER of the cycle"};
}

remark cycle_of_from(std::span<const std::string> path) {
  return {.what = "FROM: these environments wait for each other in a cycle",
          .value = joined(path, " → "),
          .help = "remove one FROM of the cycle"};
}

remark unknown_pipeline_of_step(std::string_view id, std::span<const std::string> pipelines) {
  const std::string_view pipeline = id.substr(0, id.find('/')), step = id.substr(pipeline.size());
  const auto near = nearest(pipeline, pipelines);
  return {.what = "AFTER: there is no such pipeline",
          .value = text_of(id),
          .allowed = joined(pipelines, ", "),
          .did_you_mean = near ? *near + text_of(step) : std::string()};
}

remark effect_as_step(std::string_view name) {
  if (name == "image" || name.ends_with("/image"))
    return {.what = "AFTER: the pipeline has no image",
            .value = text_of(name),
            .help = "declare it by pipeline_image()"};
  return {.what = "AFTER: a publish or a deploy is not a step that others can wait for",
          .value = text_of(name),
          .allowed = "a step, `image` or `image-<name>`"};
}

remark output_of_two(std::string_view path, std::string_view first, std::string_view second) {
  return {.what = fmt::format("AFTER: {} and {} make the same path", first, second),
          .value = text_of(path),
          .help = "let one of them write to a folder of its own"};
}

remark written_image_of_several(std::string_view word, std::string_view first_image) {
  return {.what = "WRITE: the pipeline makes several images, and this names none of them",
          .value = text_of(word),
          .help = fmt::format("{}.newTag={{{}.tag}}", word, first_image)};
}

remark image_of_no_pipeline(std::string_view placeholder, const std::vector<std::string>& images) {
  if (images.empty())
    return {.what = "the pipeline makes no image that this could stand for",
            .value = std::string(placeholder),
            .help = "declare pipeline_image(), or write {version} or {commit}"};
  return {.what = "this stands for no image of the pipeline, or not for one alone",
          .value = std::string(placeholder),
          .allowed = joined(images, ", "),
          .did_you_mean = nearest(placeholder, images).value_or("")};
}

remark image_not_before(std::string_view placeholder, std::span<const std::string> images) {
  if (images.empty())
    return {.what = "the step comes AFTER no image that the placeholder could stand for",
            .value = fmt::format("{{{}}}", placeholder),
            .help = "add AFTER image"};
  const std::string part(placeholder.substr(placeholder.find('.')));
  std::vector<std::string> allowed;
  for (const std::string& each : images) allowed.push_back("{" + each + part + "}");
  return {.what = "the placeholder stands for no image that the step comes AFTER",
          .value = fmt::format("{{{}}}", placeholder),
          .allowed = joined(allowed, ", "),
          .did_you_mean = nearest("{" + text_of(placeholder) + "}", allowed).value_or("")};
}

remark label_given_twice(std::string_view key) {
  return {.what = "the label is given twice", .value = text_of(key), .help = "give each key one value"};
}

remark notifier_without_destination() {
  return {.what = "nothing says where the messages go",
          .allowed =
              "SLACK <channel>, WEBHOOK <url>, COMMAND <program> [<argument>…] or STATUS "
              "github, gitlab or gitea"};
}

remark undeclared_workload(std::string_view function,
                           std::string_view what,
                           std::string_view name,
                           std::string_view pipeline) {
  return {.what = fmt::format("the {} is declared only IN environments", what),
          .help = fmt::format("add {}({} {} …) without IN, which declares it", function, pipeline, name)};
}

remark ambiguous_image(std::string_view what, std::span<const std::string> images) {
  if (images.empty())
    return {.what = fmt::format("the pipeline has no image that the {} could run", what),
            .help = "give the pipeline a TEMPLATE, or declare one by pipeline_image()"};
  return {.what = "IMAGE is missing, and the pipeline has several", .allowed = joined(images, ", ")};
}

remark empty_pipeline() {
  return {.what = "the pipeline has no step and no image",
          .help = "give it a TEMPLATE, or pipeline_step() calls"};
}

remark wrong_prefix(std::string_view prefix) {
  return {.what = "CICD_TARGET_PREFIX cannot begin a target's name",
          .value = text_of(prefix),
          .allowed = "letters, digits, '_', '-', '+' and '.', and no pipeline's name before a '.'"};
}

}  // namespace cicd::declaring
