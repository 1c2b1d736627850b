// Reading serverless.yml, and adding to it by lines.
#pragma once

#include <cicd/deliver/serverless/config.hpp>

#include <algorithm>
#include <regex>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>

namespace cicd {

namespace deliver_serverless_config {
namespace {

error wrong(std::string what, std::string value, const std::string& file) {
  return error{exit_class::usage, {}, std::move(what), std::move(value), {{"in", file}}};
}

/// What is no line of a person's: the search for tags goes as deep as a word is long.
constexpr std::size_t longest_line = 4096;

/// The tags of CloudFormation, `!Ref` and the like, stand for what only AWS knows.
std::string without_tags(const std::string& text) {
  static const std::regex tag("(^|[ \\t:-])![A-Za-z]+(::[A-Za-z]+)*(?=[ \\t\\n]|$)");
  return std::regex_replace(text, tag, "$1");
}

std::string with_stage(std::string text, const serverless_config& in, const std::string& stage) {
  static const std::regex variable("\\$\\{(sls:stage|self:provider\\.stage|opt:stage(, *[^}]*)?)\\}");
  text = std::regex_replace(text, variable, stage);
  return replaced_all(std::move(text), "${self:service}", in.service);
}

/// The files that a handler may be in; none where its runtime does not say.
std::vector<std::string> files_of_handler(const serverless_function& of) {
  if (of.handler.empty() || of.handler.find("${") != of.handler.npos) return {};
  if (of.runtime.starts_with("java")) return {};  // its class may be in a jar of the zip
  // In Ruby a class may stand before the method: source.Orders::Handler.process.
  const auto dot = of.runtime.starts_with("ruby") ? of.handler.find('.') : of.handler.rfind('.');
  if (dot == of.handler.npos) return {};
  std::string start = of.handler.substr(0, dot);
  if (start.starts_with("./")) start.erase(0, 2);
  if (of.runtime.starts_with("nodejs")) return {start + ".js", start + ".mjs", start + ".cjs"};
  if (of.runtime.starts_with("ruby")) return {start + ".rb"};
  if (of.runtime.starts_with("python")) {
    std::string module = replaced_all(start, ".", "/");
    return {module + ".py", module + "/__init__.py", module + ".so"};
  }
  return {};
}

struct line {
  std::size_t start = 0, end = 0;  ///< behind the line's end
  std::size_t indent = 0;
  std::string_view words;  ///< without indent, comment and spaces at the end
};

/// Those that say something.
std::vector<line> lines_of(const std::string& text) {
  std::vector<line> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view whole(text.data() + at, end - at);
    const auto indent = whole.find_first_not_of(" \r\n");
    if (indent != whole.npos && whole[indent] != '#') {
      std::string_view words = whole.substr(indent);
      if (const auto comment = words.find(" #"); comment != words.npos) words = words.substr(0, comment);
      all.push_back({at, end, indent, trimmed(words)});
    }
    at = end;
  }
  return all;
}

bool is_key(std::string_view words, const std::string& key) {
  return words == key + ":" || words == "'" + key + "':" || words == "\"" + key + "\":";
}

}  // namespace
}  // namespace deliver_serverless_config

result<serverless_config> serverless_config_from(const std::string& text, const std::string& file) {
  using namespace deliver_serverless_config;
  for (const std::string& each : split(text, '\n'))
    if (each.size() > longest_line)
      return wrong(fmt::format("CONFIG has a line of {} bytes", each.size()), each.substr(0, 40) + "…", file)
          .with("allowed", fmt::format("lines of {} bytes", longest_line));
  const result<std::vector<json>> documents = yaml_documents(without_tags(text), file);
  if (!documents) return documents.error();
  if (documents->size() != 1 || !(*documents)[0]["functions"].is_object())
    return wrong("CONFIG declares no functions", file, file)
        .with("allowed", "a configuration of the Serverless Framework with `service` and `functions`");
  const json& all = documents->front();
  serverless_config made;
  made.service = all["service"].is_object() ? all["service"]["name"].text() : all["service"].text();
  if (made.service.empty()) return wrong("CONFIG has no `service`", file, file);
  const std::string runtime = all["provider"]["runtime"].text();
  for (const auto& [name, each] : all["functions"].members())
    made.functions[name] = {each["handler"].text(),
                            each["runtime"].text().empty() ? runtime : each["runtime"].text(),
                            each["name"].text(), !each["package"].is_null()};
  return made;
}

result<std::string> lambda_name_of(const serverless_config& in,
                                   const std::string& function,
                                   const std::string& stage,
                                   const std::string& file) {
  using namespace deliver_serverless_config;
  const auto found = in.functions.find(function);
  const std::string own = found == in.functions.end() ? std::string() : found->second.name;
  std::string name = own.empty() ? fmt::format("{}-{}-{}", with_stage(in.service, in, stage), stage, function)
                                 : with_stage(own, in, stage);
  if (name.find("${") == name.npos) return name;
  return wrong("the function's name in AWS depends on a variable", own, file)
      .with("allowed", "a name, in which ${sls:stage} and ${self:service} are known");
}

status check_functions_in(const serverless_config& in,
                          const std::vector<std::string>& functions,
                          const std::string& file) {
  std::vector<std::string> names;
  for (const auto& [name, each] : in.functions) names.push_back(name);
  for (const std::string& name : functions)
    if (!in.functions.contains(name))
      return deliver_serverless_config::wrong("CONFIG has no such function", name, file)
          .with("did you mean", nearest(name, names).value_or(""))
          .with("allowed", joined(names, ", "))
          .with("try", "FUNCTIONS of pipeline_function() names those that run this code");
  return {};
}

status check_handlers_in(const serverless_config& in,
                         const std::vector<std::string>& functions,
                         const std::vector<std::string>& files,
                         const std::string& file) {
  using namespace deliver_serverless_config;
  for (const std::string& name : functions) {
    const auto found = in.functions.find(name);
    if (found == in.functions.end()) continue;
    const std::vector<std::string> wanted = files_of_handler(found->second);
    const bool is_there = std::ranges::any_of(
        wanted, [&](const std::string& each) { return std::ranges::find(files, each) != files.end(); });
    if (!wanted.empty() && !is_there)
      return wrong(fmt::format("the handler of {} is not in the zip", name), found->second.handler, file)
          .with("did you mean", nearest(wanted.front(), files).value_or(""))
          .with("allowed", joined(wanted, " or "));
  }
  return {};
}

result<std::string> with_artifacts(std::string text,
                                   const std::map<std::string, std::string>& artifact_of,
                                   const std::string& file) {
  using namespace deliver_serverless_config;
  for (const auto& each_of : artifact_of) {
    const std::string &name = each_of.first, &artifact = each_of.second;
    const std::vector<line> lines = lines_of(text);
    const auto not_a_block = [&] {
      return wrong("the function is not written as a block, so that its code cannot be named there", name,
                   file)
          .with("allowed",
                fmt::format("`functions:`, and below it `{}:` with its values on lines of their own", name));
    };
    const auto head = std::ranges::find_if(
        lines, [](const line& each) { return each.indent == 0 && is_key(each.words, "functions"); });
    if (head == lines.end() || head + 1 == lines.end()) return not_a_block();
    const std::size_t indent = (head + 1)->indent;
    auto at = head + 1;
    while (at != lines.end() && at->indent > 0 && !(at->indent == indent && is_key(at->words, name))) ++at;
    if (at == lines.end() || at->indent == 0 || at + 1 == lines.end() || (at + 1)->indent <= indent)
      return not_a_block();
    const std::size_t inner = (at + 1)->indent;
    for (auto each = at + 1; each != lines.end() && each->indent > indent; ++each)
      if (each->indent == inner && each->words.starts_with("package:"))
        return wrong("the function has a `package` of its own", name, file)
            .with("try", "take it out: its code is the zip of pipeline_function()");
    text.insert(at->end, fmt::format("{}package: {{ individually: true, artifact: {} }}\n",
                                     std::string(inner, ' '), artifact));
  }
  return text;
}

}  // namespace cicd
