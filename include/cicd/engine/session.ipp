// Opening a build tree: its folder is found, its declarations are read, its own folders are chosen.
#pragma once

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/engine/call_places.hpp>
#include <cicd/engine/caller_folder.hpp>
#include <cicd/engine/found_templates.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/engine/time_zones.hpp>
#include <cicd/run/domain.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

std::string present_folder() {
  std::string folder(4096, '\0');
  return getcwd(folder.data(), folder.size()) == nullptr ? "/" : std::string(folder.c_str());
}

namespace engine_session {

bool is_build_tree(const std::string& folder) {
  return exists(folder + "/.cicd/declarations.ndjson");
}

/// The folders of `folder` in which a build tree may lie: `build`, and one deeper, as presets make them.
std::vector<std::string> folders_below(const std::string& folder) {
  const auto enter = [&](const std::string& below) {
    return below.find('/') == below.npos && !below.starts_with('.') && !is_build_tree(folder + "/" + below);
  };
  std::vector<std::string> folders;
  if (const auto entries = list_tree(folder, enter))
    for (const tree_entry& each : *entries)
      if (each.kind == entry_kind::folder) folders.push_back(folder + "/" + each.path);
  return folders;
}

/// Whether the build tree is one of a source tree that `folder` is in.
bool is_built_from(const std::string& build_root, const std::string& folder) {
  const result<std::string> text = read_file(build_root + "/.cicd/declarations.ndjson");
  if (!text) return false;
  const result<json> head = parse_json(text->substr(0, text->find('\n')));
  const std::string source = head ? (*head)["source_root"].text() : std::string();
  return !source.empty() && (folder == source || folder.starts_with(source + "/"));
}

/// The build trees that lie in `folder` or above it within its repository, of a source tree that it is in.
std::vector<std::string> build_trees_of(const std::string& folder) {
  std::string top = folder;
  while (!top.empty() && !exists(top + "/.git")) top = top.substr(0, top.rfind('/'));
  if (top.empty()) top = folder;
  std::vector<std::string> found;
  for (std::string at = folder; at.size() >= top.size(); at = at.substr(0, at.rfind('/')))
    for (const std::string& each : folders_below(at))
      if (is_build_tree(each) && is_built_from(each, folder) && std::ranges::find(found, each) == found.end())
        found.push_back(each);
  return found;
}

/// A step's folder lies elsewhere, and the build tree's name beside it.
std::string build_tree_of_step(const std::string& folder) {
  const auto of = read_file_if_there(folder + "/of");
  if (!of || !*of) return {};
  const std::string named = (**of).substr(0, (*of)->find('\n'));
  return named.starts_with('/') && is_build_tree(named) ? named : std::string();
}

/// What generator expressions stand for in one configuration.
class generated_texts {
 public:
  generated_texts(std::string build_root, std::string config)
      : build_root_(std::move(build_root)), config_(std::move(config)) {}

  /// Without a configuration the first of the build tree counts, which its first line tells.
  result<recorded_calls> read(std::string_view declarations) {
    result<recorded_calls> calls = once(declarations);
    if (!calls || !config_.empty() || calls->tree.configurations.empty()) return calls;
    config_ = calls->tree.configurations.front();
    if (config_.empty() || (known_.empty() && !any_unknown_)) return calls;
    return once(declarations);
  }

  const std::string& config() const { return config_; }
  const std::set<std::string, std::less<>>& known() const { return known_; }
  bool any_unknown() const { return any_unknown_; }

 private:
  result<recorded_calls> once(std::string_view declarations) {
    known_.clear();
    any_unknown_ = false;
    return read_calls(declarations, [this](std::string_view id) { return text_of(id); });
  }

  std::optional<std::string> text_of(std::string_view id) {
    const auto text = read_file_if_there(fmt::format("{}/.cicd/genex/{}-{}", build_root_, id, config_));
    if (text && *text)
      known_.insert(**text);
    else
      any_unknown_ = true;
    return text ? *text : std::nullopt;
  }

  std::string build_root_, config_;
  std::set<std::string, std::less<>> known_;
  bool any_unknown_ = false;
};

status check_configuration(const build_tree& of, const std::string& asked) {
  const std::vector<std::string>& all = of.configurations;
  if (asked.empty() || all.empty() || std::ranges::find(all, asked) != all.end()) return {};
  const bool has_none = all.size() == 1 && all.front().empty();
  return error{exit_class::usage, {}, "this build tree has no such configuration", asked, {}}
      .with("allowed", has_none ? "none: CMAKE_BUILD_TYPE is empty" : joined(all, ", "))
      .with("did you mean", nearest(asked, all).value_or(""))
      .with("try", has_none ? "leave --config out" : std::string());
}

/// What configure recorded. Its place was found by a name, so that whatever is there now is ours to judge.
result<std::string> declarations_in(const std::string& build_root) {
  const std::string path = build_root + "/.cicd/declarations.ndjson";
  result<std::string> text = read_file(path);
  if (text) return text;
  error why = std::move(text).error();
  if (!is_plain_file(path)) why.kind = exit_class::corrupt;
  return std::move(why).with("try", "cmake " + shell_quoted(build_root));
}

/// The shared folders. A home that cannot be written (a container with any user id) stops nothing: the cache
/// and the index of runs may be lost, and lie in the build tree then.
void choose_folders(session& of) {
  workspace& where = of.where;
  where.cache = of.around.cache_folder();
  where.state = of.around.state_folder();
  where.domain = domain_of(ci_event_of(of.around));
  const auto replace = [&](const char* variable, std::string& folder, const char* name) {
    if (!of.around.get_or(variable, "").empty() || can_be_made(folder)) return;
    of.no_home =
        error{exit_class::usage,
              {},
              "the home folder cannot be written: the cache of steps and the index of runs are kept in the "
              "build tree",
              of.around.home(),
              {{"try",
                "set CICD_STATE_DIR, CICD_CACHE_DIR and CICD_DRIVER_CACHE to folders that can be "
                "written"}}};
    folder = where.own() + "/" + name;
  };
  replace("CICD_CACHE_DIR", where.cache, "cache");
  replace("CICD_STATE_DIR", where.state, "state");
  for (declared_pipeline& each : of.model.pipelines)
    if (each.is_elsewhere()) each.clone_directory = clone_folder_of(each, where.cache);
}

/// What is declared in C++ has its lines from there.
bool have_lines(const recorded_calls& calls) {
  return std::ranges::any_of(calls.calls,
                             [](const call& each) { return each.number > 0 && !each.where.lines.empty(); });
}

}  // namespace engine_session

std::string session::folder_of_person() const {
  std::string folder = present_folder();
  return folder == where.build_root ? folder_of_build_tool(folder) : folder;
}

std::string session::build_command() const {
  if (!is_configured()) return {};
  const std::string here = folder_of_person();
  return "cmake --build " + shell_quoted(here.empty() ? where.build_root : path_below(where.build_root, here))
         + " --target";
}

std::vector<std::string> session::files_of_target(const std::string& name) const {
  const auto text = read_file_if_there(fmt::format("{}/depends/{}-{}", where.own(), name, config));
  return text && *text && !(*text)->empty() ? split(**text, ';') : std::vector<std::string>();
}

const target* session::find_target(std::string_view name) const {
  auto found = std::ranges::find(targets, name, &target::name);
  if (found == targets.end())
    found = std::ranges::find_if(targets, [&](const target& each) { return cmake_name(each) == name; });
  return found == targets.end() ? nullptr : &*found;
}

std::string session::target_of_step(const std::string& id) const {
  const target* found = find_target(replaced_all(id, "/", "."));
  if (found == nullptr)
    for (const target& each : targets)
      if (!each.plans_only && std::ranges::find(each.steps, id) != each.steps.end()) {
        found = &each;
        break;
      }
  return found == nullptr ? std::string() : cmake_name(*found);
}

std::string& name_of_this_program() {
  static std::string name = "cicd";
  return name;
}

result<std::string> find_build_root(const session_request& request, const surroundings& around) {
  using namespace engine_session;
  const std::string named =
      request.build_root.empty() ? around.get_or("CICD_BUILD_ROOT", "") : request.build_root;
  std::string folder = named.empty() ? present_folder() : named;
  if (!folder.starts_with('/')) folder = present_folder() + "/" + folder;
  folder = normal_path(folder);
  if (is_build_tree(folder)) return folder;
  error none{exit_class::usage, {}, "not a cicd build tree", folder, {}};
  if (!named.empty())
    return std::move(none)
        .with("allowed", "a folder that CMake configured for a project that calls add_pipeline()")
        .with("try", "cmake -B " + shell_quoted(named));
  for (std::string at = folder; at.size() > 1; at = at.substr(0, at.rfind('/'))) {
    if (is_build_tree(at)) return at;
    if (std::string of_step = build_tree_of_step(at); !of_step.empty()) return of_step;
  }
  const std::vector<std::string> trees = build_trees_of(folder);
  if (trees.size() == 1) return trees.front();
  if (trees.empty())
    return std::move(none)
        .with("allowed",
              "a folder that CMake configured for a project that calls add_pipeline(), or one in it")
        .with("try", "cmake -B build, then build/.cicd/cicd, or --build-root <folder>");
  none.what = "several build trees";
  return std::move(none)
      .with("there are", joined(trees, ", "))
      .with("try", "--build-root " + shell_quoted(trees.front()));
}

or_errors<session> session_of(const recorded_calls& calls,
                              const std::string& build_root,
                              surroundings around) {
  std::vector<std::string> folders = template_folders(around);
  folders.insert(folders.end(), calls.tree.template_path.begin(), calls.tree.template_path.end());
  const template_source templates = templates_in(std::move(folders));
  const zone_source zones = zones_of_machine();
  model_or_errors read = model_of(calls, templates, zones);
  if (!read.errors.empty() && !engine_session::have_lines(calls)) {
    recorded_calls placed = calls;
    find_places(placed, build_root);
    read = model_of(placed, templates, zones);
  }
  or_errors<session> opened{.errors = std::move(read.errors), .warnings = std::move(read.warnings)};
  if (!opened.errors.empty()) return opened;
  opened.made = session{std::move(around), {build_root, {}}, std::move(read.model), {}};
  opened->around.keep_from_commands(secret_variables_of(opened->model));
  engine_session::choose_folders(*opened);
  opened->targets = targets_of(opened->model);
  return opened;
}

or_errors<session> open_session(const session_request& request, surroundings around) {
  result<std::string> root = find_build_root(request, around);
  if (!root) return {.errors = {std::move(root).error()}};
  const std::string here = present_folder() == *root ? folder_of_build_tool(*root) : present_folder();
  name_of_this_program() =
      shell_quoted(here.empty() ? *root + "/.cicd/cicd" : path_below(*root + "/.cicd/cicd", here));
  const result<std::string> text = engine_session::declarations_in(*root);
  if (!text) return {.errors = {text.error()}};
  engine_session::generated_texts texts(*root, request.config);
  result<recorded_calls> calls = texts.read(*text);
  if (!calls) return {.errors = {calls.error()}};
  if (status known = engine_session::check_configuration(calls->tree, request.config); !known)
    return {.errors = {std::move(known).error()}};
  if (request.configure) {
    session of{around, {*root, {}}, {}, {}};
    engine_session::choose_folders(of);
    if (errors wrong = declare_typed(*calls, of.where, *request.configure, around); !wrong.empty())
      return {.errors = std::move(wrong)};
  }
  calls = with_typed(*std::move(calls), *root);
  if (!calls) return {.errors = {calls.error()}};
  if (request.with_lines) find_places(*calls, *root);
  or_errors<session> opened = session_of(*calls, *root, std::move(around));
  if (!opened) return opened;
  opened->config = texts.config();
  opened->generated = texts.known();
  opened->has_unknown_texts = texts.any_unknown();
  return opened;
}

std::string source_root_of(const session_request& request, const surroundings& around) {
  const result<std::string> root = find_build_root(request, around);
  const auto text = root ? engine_session::declarations_in(*root) : result<std::string>(root.error());
  const auto calls = text ? read_calls(*text, {}) : result<recorded_calls>(text.error());
  return calls ? calls->tree.source_root : std::string();
}

errors declared_otherwise_in(const session_request& request, const surroundings& around) {
  const result<std::string> root = find_build_root(request, around);
  if (!root) return {root.error()};
  const result<std::string> text = engine_session::declarations_in(*root);
  if (!text) return {text.error()};
  result<recorded_calls> calls = read_calls(*text, {});
  if (!calls) return {calls.error()};
  find_places(*calls, *root);
  return declared_otherwise(*calls, {*root, {}}, around);
}

}  // namespace cicd
