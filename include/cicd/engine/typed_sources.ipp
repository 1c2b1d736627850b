// Side by side, and the two files.
#pragma once

#include <cicd/engine/typed_sources.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/parse/json_calls.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/engine/call_places.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/in_parallel.hpp>
#include <cicd/system/own_file.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/signals_cancel.hpp>

namespace cicd {

namespace engine_typed_sources {
namespace {

std::string calls_file(const std::string& build_root) {
  return build_root + "/.cicd/typed.ndjson";
}

/// The compiled programs of all build trees; empty where others could put theirs there.
std::string cache_of(const workspace& where) {
  if (!check_own_folder(where.cache)) return {};
  const std::string folder = domain_folder(where.cache, where.domain) + "/typed";
  return make_folder(folder) && is_own_folder_below(where.cache, path_below(folder, where.cache))
             ? folder
             : std::string();
}

error not_there(const typed_source& of, const std::string& source_root) {
  return error{
      exit_class::usage, of.subject, "SOURCE: there is no such file", path_below(of.file, source_root), {}}
      .with("declared at", of.from->where.text(source_root));
}

/// What a compiler would take for something else than C++, or not at all.
error no_cpp(const typed_source& of, const std::string& source_root) {
  return error{exit_class::usage,
               of.subject,
               "SOURCE: neither a C++ file nor a pipeline.json",
               path_below(of.file, source_root),
               {}}
      .with("declared at", of.from->where.text(source_root))
      .with("allowed", "a name that ends in .cpp, .cc, .cxx, .c++, .cp, .CPP or .C; or in .json");
}

error no_folder(const typed_source& of, const std::string& folder, const std::string& source_root) {
  return error{
      exit_class::usage, of.subject, "INCLUDES: there is no such folder", path_below(folder, source_root), {}}
      .with("declared at", of.from->where.text(source_root))
      .with("allowed", "a folder, absolute or below the one of the call");
}

bool is_cpp(const std::string& file) {
  constexpr std::array ends{".cpp", ".cc", ".cxx", ".c++", ".cp", ".CPP", ".C"};
  return std::ranges::any_of(ends, [&](const char* each) { return file.ends_with(each); });
}

/// What is wrong with the words of the calls before a compiler sees a file.
errors wrong_names(const std::vector<typed_source>& sources, const std::string& source_root) {
  errors wrong;
  for (const typed_source& each : sources) {
    if (!each.is_json && !is_cpp(each.file))
      wrong.push_back(no_cpp(each, source_root));
    else if (!is_plain_file(each.file))
      wrong.push_back(not_there(each, source_root));
    for (const std::string& folder : each.includes)
      if (!is_folder(folder)) wrong.push_back(no_folder(each, folder, source_root));
  }
  return wrong;
}

/// A pipeline.json is written by hand: a larger one is a mistake.
constexpr std::uint64_t largest_json = 1'000'000;

/// What came of a pipeline.json.
typed_outcome read_json_source(const typed_source& of, const std::string& source_root) {
  const std::string shown = path_below(of.file, source_root);
  const bool is_below = shown != of.file;
  result<std::string> text =
      read_below(is_below ? source_root : of.from->directory,
                 is_below ? shown : path_below(of.file, of.from->directory), {.limit = largest_json});
  if (!text) {
    error failure = std::move(text).error();
    failure.subject = of.subject;
    return {.wrong = {std::move(failure).with("declared at", of.from->where.text(source_root))}};
  }
  or_errors<std::vector<call>> calls = declaring::calls_of_json(
      {.pipeline = of.pipeline, .file = of.file, .shown = shown, .directory = of.from->directory},
      *std::move(text));
  typed_outcome made{.wrong = std::move(calls.errors), .read = {of.file}};
  if (!calls) return made;
  made.calls = calls->size();
  for (const call& each : *calls) made.lines += line_of(each);
  return made;
}

/// The pipeline of add_pipeline() has the name that it has there.
void check_names(const recorded_calls& typed,
                 const std::vector<typed_source>& sources,
                 const std::string& source_root,
                 errors& wrong) {
  for (const typed_source& source : sources)
    for (const call& each : typed.calls) {
      const bool is_pipeline = each.where.function == "add_pipeline" && each.where.list_file == source.file;
      if (!is_pipeline || source.is_several() || each.arguments[0].empty()
          || each.arguments[0] == source.pipeline)
        continue;
      wrong.push_back(error{exit_class::usage,
                            source.subject,
                            "the file declares a pipeline of another name",
                            each.arguments[0],
                            {}}
                          .with("declared at", each.where.text(source_root))
                          .with("allowed", fmt::format("{}, as at {}", source.pipeline,
                                                       source.from->where.text(source_root)))
                          .with("try", "add_pipelines(SOURCE …) takes pipelines of any names"));
    }
}

/// The files of a person: a compiler's own change with the compiler.
bool is_of_system(const std::string& path,
                  const std::vector<typed_source>& sources,
                  const typed_tools& tools) {
  const auto is_below = [&](const std::string& folder) { return path.starts_with(folder + "/"); };
  if (is_below(tools.headers + "/cicd")) return false;
  for (const typed_source& each : sources)
    if (std::ranges::any_of(each.includes, is_below)) return false;
  return is_below("/usr/include") || is_below("/usr/lib") || is_below("/usr/local/include");
}

/// As bracket arguments, which hold any text.
std::string depends_text(const std::set<std::string>& files, bool has_programs) {
  std::string text = "# Written by cicd describe; configure writes it anew.\n";
  if (has_programs) text += "_cicd_add_declarations_test()\n";
  for (const std::string& each : files)
    text += fmt::format("set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS [==[{}]==])\n", each);
  return text;
}

/// Whether each command of the file is one of ours: a project with languages has CMake's.
bool is_ours(const std::string& commands) {
  const result<json> read = parse_json(commands);
  if (!read || !read->is_array()) return false;
  for (const json& each : read->elements()) {
    const std::vector<std::string> words = each["arguments"].texts();
    if (std::ranges::find(words, "cicd/run/typed_main.hpp") == words.end()) return false;
  }
  return true;
}

/// What clangd looks for above a C++ file, and in `build` beside it.
status write_compile_commands(const std::vector<typed_source>& sources,
                              const typed_tools& tools,
                              const std::string& version,
                              const build_tree& tree) {
  const std::string path = tree.build_root + "/compile_commands.json";
  const auto before = read_file_if_there(path);
  if (!before || (*before && !is_ours(**before))) return {};
  if (sources.empty()) return *before ? remove_tree(path) : status();
  json commands(json::array{});
  for (const typed_source& each : sources) {
    std::vector<std::string> words = compile_words(each, tools, version, tree.source_root);
    words.insert(words.end() - 1, "-fsyntax-only");
    commands.push(
        json().set("directory", tree.source_root).set("file", each.file).set("arguments", json_texts(words)));
  }
  return write_file(path, pretty(commands) + "\n", durability::fast);
}

status write_changed(const std::string& path, const std::string& text, unsigned mode) {
  const auto before = read_file_if_there(path);
  if (before && *before && **before == text) return {};
  return write_file(path, text, durability::fast, mode);
}

class typed_sources {
 public:
  typed_sources(const recorded_calls& calls,
                const workspace& where,
                const typed_request& request,
                const surroundings& around)
      : calls_(calls), where_(where), request_(request), tools_(request.tools), around_(around) {}

  errors declare(const std::vector<typed_source>& sources) {
    errors wrong = wrong_names(sources, calls_.tree.source_root);
    if (!wrong.empty()) return wrong;
    std::vector<typed_source> compiled = sources;
    std::erase_if(compiled, [](const typed_source& each) { return each.is_json; });
    const result<std::string> version = compiled.empty() ? std::string() : compiler_version(tools_, around_);
    if (!version) return {version.error()};
    if (status made = make_own_folder(where_.own() + "/doors"); !made) return {std::move(made).error()};
    if (status written = write_compile_commands(compiled, tools_, *version, calls_.tree); !written)
      return {std::move(written).error()};
    const signals_cancel hearing;
    const std::vector<typed_outcome> all = run_all(sources, *version, hearing.cancelled());
    if (hearing.signal() != 0)
      return {error{hearing.signal() == SIGINT ? exit_class::interrupted : exit_class::terminated,
                    {},
                    "interrupted while C++ files were compiled",
                    {},
                    {}}};
    for (const typed_outcome& each : all) {
      if (!each.words.empty() && request_.show) request_.show(each.words);
      wrong.insert(wrong.end(), each.wrong.begin(), each.wrong.end());
    }
    return wrong.empty() ? keep(sources, all) : wrong;
  }

 private:
  std::vector<typed_outcome> run_all(const std::vector<typed_source>& sources,
                                     const std::string& version,
                                     const cancellation& cancelled) const {
    typed_limits limits = request_.limits;
    limits.cancelled = &cancelled;
    std::vector<typed_outcome> all(sources.size());
    const typed_folders folders{calls_.tree.source_root, where_.own() + "/doors", cache_of(where_)};
    (void)in_parallel(limits_of_this_machine().cores, sources.size(), [&](std::size_t at) -> status {
      all[at] = sources[at].is_json
                    ? read_json_source(sources[at], calls_.tree.source_root)
                    : run_typed_source(sources[at], tools_, version, folders, around_, limits);
      return {};
    });
    return all;
  }

  errors keep(const std::vector<typed_source>& sources, const std::vector<typed_outcome>& all) const {
    std::set<std::string> files;
    for (const typed_outcome& each : all)
      for (const std::string& path : each.read)
        if (!is_of_system(path, sources, tools_)) files.insert(path);
    result<std::string> text = text_of_calls(sources, all, files);
    if (!text) return {std::move(text).error()};
    const result<recorded_calls> read = read_calls(*text, {});
    if (!read) return {read.error()};
    errors wrong;
    check_names(*read, sources, calls_.tree.source_root, wrong);
    if (!wrong.empty()) return wrong;
    const std::string depends = depends_text(files, !std::ranges::all_of(sources, &typed_source::is_json));
    for (const status& written : {write_changed(calls_file(where_.build_root), *text, 0600),
                                  write_changed(where_.own() + "/typed.cmake", depends, 0644)})
      if (!written) return {written.error()};
    return {};
  }

  result<std::string> text_of_calls(const std::vector<typed_source>& sources,
                                    const std::vector<typed_outcome>& all,
                                    const std::set<std::string>& files) const {
    json listed(json::array{}), programs(json::array{});
    for (std::size_t at = 0; at < all.size(); ++at) {
      if (sources[at].is_json) continue;
      const result<std::string> bytes = read_file(all[at].program);
      if (!bytes) return bytes.error();
      programs.push(json().set("path", sources[at].file).set("sha256", hex(sha256(*bytes))));
    }
    for (const std::string& path : files) {
      const result<std::string> content = read_file(path);
      if (!content) return content.error();
      if (!path.starts_with(tools_.headers + "/cicd/"))
        listed.push(json().set("path", path).set("sha256", hex(sha256(*content))));
    }
    json head;
    head.set("cicd", declarations_version).set("source_root", calls_.tree.source_root);
    head.set("build_root", calls_.tree.build_root).set("files", std::move(listed));
    head.set("programs", std::move(programs));
    if (!std::ranges::all_of(sources, &typed_source::is_json)) head.set("compiler", tools_.compiler);
    std::string text = compact(head) + "\n";
    std::size_t count = 0;
    for (const typed_outcome& each : all) {
      text += each.lines;
      count += each.calls;
    }
    return text
           + compact(json().set("calls", static_cast<std::int64_t>(count)).set("sha256", hex(sha256(text))))
           + "\n";
  }

  const recorded_calls& calls_;
  const workspace& where_;
  const typed_request& request_;
  const typed_tools& tools_;
  const surroundings& around_;
};

bool names_any(const recorded_calls& calls) {
  return std::ranges::any_of(calls.calls, has_source);
}

/// Whether each file that is named now was compiled: a configure may have been killed before.
bool has_all(const recorded_calls& calls, const recorded_calls& typed) {
  const or_errors<std::vector<typed_source>> sources = typed_sources_of(calls);
  if (!sources.made || !typed.tree.files) return true;
  return std::ranges::all_of(*sources.made, [&](const typed_source& each) {
    return std::ranges::find(*typed.tree.files, each.file, &configured_file::path) != typed.tree.files->end();
  });
}

/// The first call that was not recorded, as `service api, line 24: api PORT 8081`.
std::string first_other_call(std::string_view again, std::string_view recorded) {
  const std::vector<std::string> known = split(recorded, '\n');
  for (const std::string& line : split(again, '\n')) {
    const result<json> call = parse_json(line);
    if (!call || std::ranges::find(known, line) != known.end()) continue;
    const json &part = (*call)["part"], &at = (*call)["line"];
    return fmt::format("{}{}: {}", part.is_string() ? part.text() : (*call)["function"].text(),
                       at.is_integer() ? fmt::format(", line {}", at.integer()) : std::string(),
                       joined((*call)["arguments"].texts(), " "));
  }
  return "fewer than before";
}

}  // namespace
}  // namespace engine_typed_sources

errors declare_typed(recorded_calls calls,
                     const workspace& where,
                     const typed_request& request,
                     const surroundings& around) {
  using namespace engine_typed_sources;
  if (!names_any(calls)) {
    for (const char* each : {"/typed.ndjson", "/typed.cmake", "/doors"})
      if (status gone = remove_tree(where.own() + each); !gone) return {std::move(gone).error()};
    (void)write_compile_commands({}, request.tools, {}, calls.tree);
    return {};
  }
  find_places(calls, where.build_root);
  const or_errors<std::vector<typed_source>> sources = typed_sources_of(calls);
  errors wrong =
      sources.made ? typed_sources(calls, where, request, around).declare(*sources.made) : sources.errors;
  // What they declared before is not what they declare now.
  if (!wrong.empty()) (void)remove_tree(calls_file(where.build_root));
  return wrong;
}

errors declared_otherwise(const recorded_calls& calls, const workspace& where, const surroundings& around) {
  using namespace engine_typed_sources;
  const auto recorded = read_file_if_there(calls_file(where.build_root));
  if (!recorded) return {recorded.error()};
  const or_errors<std::vector<typed_source>> sources = typed_sources_of(calls);
  if (!sources.made) return sources.errors;
  const std::string &root = calls.tree.source_root, before = recorded->value_or("");
  errors all;
  for (const typed_source& each : *sources.made) {
    if (each.is_json) continue;
    const typed_outcome again = run_typed_source_again(each, {root, where.own() + "/doors", {}}, around);
    all.insert(all.end(), again.wrong.begin(), again.wrong.end());
    if (!again.wrong.empty() || before.find(again.lines) != before.npos) continue;
    all.push_back(error{exit_class::usage,
                        each.subject,
                        path_below(each.file, root)
                            + " declares something else when it is run again, later and with other variables",
                        first_other_call(again.lines, before),
                        {}}
                      .with("declared at", each.from->where.text(root))
                      .with("allowed", "a declare() that reads no clock, no variables and no files")
                      .with("try",
                            "PASS_ENV of the step that needs a variable; IN <environment> for what differs "
                            "between environments"));
  }
  return all;
}

std::optional<std::string> compiler_of_typed(const std::string& build_root) {
  const auto text = read_file_if_there(engine_typed_sources::calls_file(build_root));
  if (!text || !*text) return std::nullopt;
  const result<json> head = parse_json((*text)->substr(0, (*text)->find('\n')));
  return head && (*head)["compiler"].is_string() ? std::optional((*head)["compiler"].text()) : std::nullopt;
}

result<recorded_calls> with_typed(recorded_calls calls, const std::string& build_root) {
  using namespace engine_typed_sources;
  if (!names_any(calls)) return calls;
  const auto text = read_file_if_there(calls_file(build_root));
  if (!text) return text.error();
  if (!*text)
    return error{
        exit_class::usage, {}, "the files that declare pipelines were refused when CMake configured", {}, {}}
        .with("try", "cmake " + shell_quoted(build_root));
  const result<recorded_calls> typed = read_calls(**text, {});
  if (!typed) return typed.error();
  if (!has_all(calls, *typed))
    return error{exit_class::usage, {}, "a file that declares pipelines was not read yet", {}, {}}.with(
        "try", "cmake " + shell_quoted(build_root));
  return with_typed_calls(std::move(calls), *typed);
}

}  // namespace cicd
