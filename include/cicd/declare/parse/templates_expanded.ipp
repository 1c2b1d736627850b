// The parts of a template by name, and the calls that it stands for.
#pragma once

#include <cicd/declare/parse/templates.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {

namespace declare_parse_templates_expanded {
namespace {

/// A path that begins with a folder which is `.`: `target/` of `{module}/target/`.
std::string without_dot(std::string_view word, std::string value) {
  const std::size_t at = word.starts_with('!') ? 1 : 0;
  if (word.substr(at).starts_with('{') && std::string_view(value).substr(at).starts_with("./"))
    value.erase(at, 2);
  return value;
}

/// The words with the values of parameters, of which the pipeline's name is one here.
std::vector<std::string> with_values(const std::vector<std::string>& words,
                                     const placeholder_values& values) {
  std::vector<std::string> replaced;
  replaced.reserve(words.size());
  for (const std::string& word : words)
    replaced.push_back(without_dot(word, with_placeholders(word, values)));
  return replaced;
}

call scanner_call(const template_scanner& of,
                  std::string_view pipeline,
                  const std::string& directory,
                  const std::string& fail_on,
                  placeholder_values values) {
  for (const auto& [placeholder, words] : of.severities) values[placeholder] = words.at(fail_on);
  call made{.where = {.list_file = of.file, .function = "scanner " + of.name, .which = 0},
            .directory = directory,
            .arguments = {std::string(pipeline), of.name}};
  for (std::string& word : with_values(of.step, values)) made.arguments.push_back(std::move(word));
  return made;
}

}  // namespace
}  // namespace declare_parse_templates_expanded

const template_scanner* pipeline_template::scanner(std::string_view called) const {
  const auto found = std::find_if(scanners.begin(), scanners.end(),
                                  [&](const template_scanner& each) { return each.name == called; });
  return found == scanners.end() ? nullptr : &*found;
}

std::vector<std::string> pipeline_template::scanner_names() const {
  std::vector<std::string> names;
  for (const template_scanner& each : scanners) names.push_back(each.name);
  return names;
}

const template_parameter* pipeline_template::parameter(std::string_view called) const {
  const auto found = std::ranges::find(parameters, called, &template_parameter::name);
  return found == parameters.end() ? nullptr : &*found;
}

std::vector<std::string> pipeline_template::parameter_names() const {
  std::vector<std::string> names;
  for (const template_parameter& each : parameters) names.push_back(each.name);
  return names;
}

std::vector<call> expanded(const pipeline_template& of,
                           std::string_view pipeline,
                           const std::string& directory,
                           const std::vector<std::string>& scanners,
                           const std::string& fail_on,
                           const parameter_values& given) {
  using namespace declare_parse_templates_expanded;
  placeholder_values values(given.begin(), given.end());
  values["pipeline"] = pipeline;
  std::vector<call> calls;
  for (const template_call& each : of.calls) {
    values["template"] = each.folder;
    calls.push_back(
        {.where = each.where, .directory = directory, .arguments = with_values(each.arguments, values)});
  }
  for (const std::string& name : scanners)
    if (const template_scanner* scanner = of.scanner(name))
      calls.push_back(scanner_call(*scanner, pipeline, directory, fail_on, values));
  return calls;
}

remark template_of_other_kind(const pipeline_template& of) {
  return {.what = fmt::format("TEMPLATE: the template is of {}",
                              of.of_environment ? "an environment" : "a pipeline, not of an environment"),
          .value = of.name,
          .help = of.of_environment ? fmt::format("pipeline_environment(… TEMPLATE {})", of.name)
                                    : fmt::format("add_pipeline(… TEMPLATE {})", of.name)};
}

remark template_in_template(const pipeline_template& of) {
  return {.what = "a template of an environment names another by TEMPLATE",
          .help = fmt::format("\"extends\" in {}/template.json", of.name)};
}

std::optional<remark> wrong_file_of(
    const template_call& of,
    const call& as,
    std::size_t at,
    const std::function<std::span<const template_file>(const std::string&)>& files_of) {
  if (at == 0 || !of.arguments[at].starts_with("{template}/")) return std::nullopt;
  const std::string& before = of.arguments[at - 1];
  const bool is_program = before == "command" || is_keyword(before, options_of<environment>());
  const std::string path = as.arguments[at].substr(of.folder.size() + 1);
  const std::span<const template_file> files = files_of(of.from);
  const auto there = std::ranges::find(files, path, &template_file::path);
  remark wrong{.what = fmt::format("template {} has no such {}", of.from, is_program ? "program" : "file"),
               .value = as.arguments[at]};
  wrong.further = {{"in", fmt::format("{}/template.json:{}", of.folder, of.where.lines.back().line)}};
  if (there == files.end()) {
    std::vector<std::string> paths;
    for (const template_file& each : files)
      if (each.path != "template.json") paths.push_back(each.path);
    const auto meant = nearest(path, paths);
    wrong.did_you_mean = meant ? "{template}/" + *meant : std::string();
    wrong.allowed = paths.empty() ? "nothing: it has no file beside its template.json" : joined(paths, ", ");
    return wrong;
  }
  if (!there->is_plain) {
    wrong.what = fmt::format("a file of template {} is a link, a device or larger than 1 MB", of.from);
    return wrong;
  }
  if (!is_program || there->is_executable) return std::nullopt;
  wrong.what = fmt::format("the program of template {} cannot be executed", of.from);
  wrong.help = "chmod +x " + shell_quoted(as.arguments[at]);
  return wrong;
}

bool is_older(std::string_view version, std::string_view than) {
  const std::vector<std::string> one = split(version, '.'), other = split(than, '.');
  for (std::size_t at = 0; at < std::max(one.size(), other.size()); ++at) {
    const auto number = [&](const std::vector<std::string>& of) {
      unsigned long long made = 0;
      if (at < of.size()) std::from_chars(of[at].data(), of[at].data() + of[at].size(), made);
      return made;
    };
    if (number(one) != number(other)) return number(one) < number(other);
  }
  return false;
}

}  // namespace cicd::declaring
