// Looks first, writes into a folder of its own, and gives it its name last.
#pragma once

#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/values/service_name.hpp>
#include <cicd/engine/new_service.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace engine_new_service {
namespace {

using declaring::pipeline_template;
using declaring::service_file;
using declaring::template_parameter;

error failure(std::string what, std::string value, exit_class kind = exit_class::usage) {
  return error{kind, {}, std::move(what), std::move(value), {}};
}

void check_name(const std::string& name, errors& found) {
  const std::optional<refused_name> refused = why_no_service_name(name);
  if (!refused) return;
  error no = failure("this can be no name of a service", name);
  for (const name_objection& each : refused->objections) no.notes.push_back({each.by, each.why});
  found.push_back(std::move(no).with("try", refused->meant));
}

bool can_write(const std::string& folder) {
  return access(folder.c_str(), W_OK | X_OK) == 0;
}

/// The folder that the service's folder goes into.
void check_place(const new_service_request& request, errors& found) {
  if (!exists(request.in))
    return found.push_back(
        failure("there is no such folder", request.in).with("try", "mkdir -p " + shell_quoted(request.in)));
  if (!is_folder(request.in))
    return found.push_back(failure("it is not a folder", request.in).with("try", "another --in"));
  if (!can_write(request.in))
    return found.push_back(failure("the folder cannot be written", request.in)
                               .with("try", "another --in, or chmod u+w " + shell_quoted(request.in)));
  const std::string folder = request.in + "/" + request.name;
  if (folder.find_first_of(";#<>?\n\"|") != folder.npos)
    found.push_back(failure("CMake takes no project in such a path", folder)
                        .with("allowed", "a path without ; # < > ? | \" and line ends")
                        .with("try", "another --in"));
  const auto layout = observing::git_layout_of(is_folder(folder) ? folder : request.in);
  if (layout && request.makes_repository && layout->top != folder)
    found.push_back(failure("the folder is in another git work tree", layout->top)
                        .with("allowed",
                              "a folder outside of it, by --in; or --no-git, which makes the files alone, "
                              "for that repository")
                        .with("try", "add --no-git"));
}

std::vector<std::string> entries_of(const std::string& folder) {
  std::vector<std::string> names;
  if (const auto entries = list_tree(folder, [](const std::string&) { return false; }))
    for (const tree_entry& each : *entries) names.push_back(each.path);
  return names;
}

/// What is in the folder already: listed, never overwritten.
void check_folder(const new_service_request& request, new_service& of, errors& found) {
  if (!exists(of.folder)) return;
  if (!is_folder(of.folder) || link_target(of.folder))
    return found.push_back(failure("a file is where the service's folder would be, and it is not overwritten",
                                   of.folder, exit_class::conflict)
                               .with("try", "another name, or another --in"));
  if (!can_write(of.folder))
    return found.push_back(failure("the folder cannot be written", of.folder)
                               .with("try", "chmod u+w " + shell_quoted(of.folder)));
  const std::vector<std::string> there = entries_of(of.folder);
  if (there.empty()) return;
  of.is_in_place = true;
  of.makes_repository = false;
  for (const service_file& each : of.files)
    if (exists(of.folder + "/" + each.path)) of.kept.push_back(each.path);
  if (request.keeps) {
    if (const auto text = read_below_if_there(of.folder, service_record_file); text && *text) {
      const result<service_record> there = service_record_from(**text);
      if (!there || there->made_from != of.record.made_from || there->name != of.record.name)
        return found.push_back(
            failure("the folder has a service of another template or name", of.folder, exit_class::conflict)
                .with("there", there ? there->name + ", from " + there->made_from : there.error().what)
                .with("try", "another name, or another --in"));
    }
    std::erase_if(of.files, [&](const service_file& each) {
      return std::ranges::find(of.kept, each.path) != of.kept.end();
    });
    return;
  }
  error no = failure("the folder is there already, and nothing in it is overwritten", of.folder,
                     exit_class::conflict);
  for (const std::string& each : of.kept.empty() ? there : of.kept)
    no.notes.push_back({of.kept.empty() ? "it holds" : "in the way", each});
  found.push_back(std::move(no));
}

/// The parts of a path that are files in an existing folder, where a folder would have to be made.
void check_parts(const new_service& of, errors& found) {
  if (!of.is_in_place) return;
  for (const service_file& each : of.files)
    for (auto slash = each.path.find('/'); slash != each.path.npos; slash = each.path.find('/', slash + 1)) {
      const std::string part = of.folder + "/" + each.path.substr(0, slash);
      if (exists(part) && (!is_folder(part) || link_target(part)))
        found.push_back(failure("a file or link is where a folder would be", part, exit_class::conflict));
    }
}

/// Folders that a killed command left: each is named after its process.
void remove_leftovers(const std::string& in, const std::string& prefix) {
  for (const std::string& name : entries_of(in)) {
    if (!name.starts_with(prefix)) continue;
    pid_t process = 0;
    const std::string number = name.substr(prefix.size());
    const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), process);
    if (problem == std::errc() && end == number.data() + number.size() && process > 0
        && ::kill(process, 0) != 0 && errno == ESRCH)
      (void)remove_tree(in + "/" + name);
  }
}

status write_into(const std::string& folder, const std::vector<service_file>& files, durability how) {
  for (const service_file& each : files)
    if (status written =
            write_file(folder + "/" + each.path, each.text, how, each.is_executable ? 0755 : 0644);
        !written)
      return written;
  return {};
}

error git_refused(const captured& from, const std::string& folder) {
  if (from.end.kind == ending::how::signalled) return failure("interrupted", folder, exit_class::interrupted);
  const bool has_no_name =
      from.err.find("user.email") != from.err.npos || from.err.find("user.name") != from.err.npos;
  error why = failure(
      has_no_name ? "git does not know the author of the first commit" : "git did not make the first commit",
      folder, observing::is_without_space(from) ? exit_class::cannot_save : exit_class::usage);
  std::string_view said = trimmed(from.err);
  if (!has_no_name) return std::move(why).with("caused by", std::string(said.substr(0, said.find('\n'))));
  return std::move(why).with(
      "try",
      "git config --global user.name \"<your name>\" && git config --global user.email <your address>");
}

/// A repository with one commit; hooks of the user's are not run in it.
status make_repository(const std::string& folder, const service_record& of, const surroundings& around) {
  const std::string message = fmt::format("{} from the template {} {}", of.name, of.made_from, of.version);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"init", "--quiet", "--initial-branch=main"},
                                             {"add", "--all", "--force"},
                                             {"commit", "--quiet", "--message", message}}) {
    std::vector<std::string> all{"-c",       "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c",
                                 "gc.auto=0"};
    all.insert(all.end(), words.begin(), words.end());
    if (const captured done = observing::ask_git(folder, std::move(all), around); !done.end.good())
      return git_refused(done, folder);
  }
  return {};
}

json json_of(const declaring::parameter_values& values) {
  json made = json::object{};
  for (const auto& [name, value] : values) made.set(name, value);
  return made;
}

}  // namespace
}  // namespace engine_new_service

std::string service_record::text() const {
  json held = json::object{};
  for (const declaring::service_file& each : files) {
    json file = each.is_executable ? members_of("executable", true) : json(json::object{});
    held.set(each.path, file.set("text", each.text));
  }
  return pretty(members_of("schema", service_record_schema, "template", made_from, "version", version, "name",
                           name, "parameters", engine_new_service::json_of(parameters), "files", held));
}

result<service_record> service_record_from(std::string_view text) {
  result<json> data = parse_json(text);
  if (!data) return std::move(data).error();
  if ((*data)["schema"].integer() > service_record_schema)
    return error{exit_class::usage,
                 service_record_file,
                 "it was written by a newer cicd",
                 compact((*data)["schema"]),
                 {{"allowed", fmt::format("\"schema\": {}", service_record_schema)}}};
  if ((*data)["schema"].integer() < 1 || (*data)["template"].text().empty())
    return error{exit_class::corrupt, service_record_file, "it is not a record of a template", {}, {}};
  service_record made{(*data)["template"].text(), (*data)["version"].text(), (*data)["name"].text(), {}, {}};
  bool is_whole = (*data)["parameters"].is_object() && (*data)["files"].is_object();
  for (const auto& [path, file] : (*data)["files"].members()) is_whole &= file["text"].is_string();
  for (const auto& [name, value] : (*data)["parameters"].members()) is_whole &= value.is_string();
  if (!is_whole)
    return error{exit_class::corrupt, service_record_file, "it is not a whole record of a template", {}, {}};
  for (const auto& [name, value] : (*data)["parameters"].members()) made.parameters[name] = value.text();
  for (const auto& [path, file] : (*data)["files"].members())
    made.files.push_back({path, file["text"].text(), file["executable"].boolean()});
  return made;
}

declaring::parameter_values given_values(const declaring::pipeline_template& of,
                                         const std::vector<std::string>& set,
                                         errors& found) {
  declaring::parameter_values given;
  for (const std::string& word : set) {
    const auto equals = word.find('=');
    const std::string key = word.substr(0, equals),
                      value = equals == word.npos ? std::string() : word.substr(equals + 1);
    if (equals == word.npos || key.empty()) {
      found.push_back(error{exit_class::usage, {}, "--set: not <parameter>=<value>", word, {}}
                          .with("did you mean", nearest(word, of.parameter_names()).value_or(""))
                          .with("allowed", joined(of.parameter_names(), ", ")));
      continue;
    }
    const auto wrong = declaring::wrong_value_of(of.parameters, key, value);
    if (wrong)
      found.push_back(error{exit_class::usage, {}, "--set: " + wrong->what, wrong->value, {}}
                          .with("did you mean", wrong->did_you_mean)
                          .with("allowed", wrong->allowed)
                          .with("try", "cicd template show " + of.name));
    else if (!given.emplace(key, value).second)
      found.push_back(error{exit_class::usage, {}, "--set: the parameter is given twice", key, {}});
  }
  return given;
}

or_errors<new_service> plan_service(const new_service_request& request,
                                    const template_source& templates,
                                    const surroundings& around) {
  using namespace engine_new_service;
  or_errors<new_service> planned;
  errors& found = planned.errors;
  or_errors<pipeline_template> from = declaring::read_template(request.made_from, templates);
  found = std::move(from.errors);
  check_name(request.name, found);
  if (from) {
    const declaring::parameter_values given = given_values(*from, request.set, found);
    for (const std::string& name : without_value(from->parameters, given))
      found.push_back(
          error{exit_class::usage, {}, "a parameter has no default, and no value is given", name, {}}
              .with("allowed", from->parameter(name)->allowed_text())
              .with("try", fmt::format("--set {}=<{}>", name, from->parameter(name)->words)));
    new_service made{.record = {from->name,
                                from->version,
                                request.name,
                                values_over_defaults(from->parameters, given),
                                {}},
                     .folder = request.in + "/" + request.name,
                     .files = {},
                     .makes_repository = request.makes_repository};
    or_errors<declaring::template_skeleton> skeleton = read_skeleton(*from, templates);
    found.insert(found.end(), skeleton.errors.begin(), skeleton.errors.end());
    if (from->calls.empty())
      found.push_back(failure("the template is for others to extend: it declares nothing", from->name)
                          .with("try", "cicd template list"));
    else if (skeleton && skeleton->files.empty())
      found.push_back(failure("the template has no skeleton for a new service", from->name)
                          .with("try", "cicd template list"));
    if (skeleton && found.empty()) {
      or_errors<std::vector<service_file>> files =
          rendered(*skeleton, *from, request.name, made.record.parameters);
      found = std::move(files.errors);
      if (files) made.record.files = std::move(*files);
    }
    planned.made = std::move(made);
  }
  if (why_no_service_name(request.name) == std::nullopt) check_place(request, found);
  if (planned.made && found.empty()) {
    planned->files = planned->record.files;
    planned->files.push_back({service_record_file, planned->record.text(), false});
    check_folder(request, *planned, found);
    check_parts(*planned, found);
  }
  if (found.empty() && planned->makes_repository
      && !find_program("git", around.get_or("PATH", ""), request.in))
    found.push_back(failure("program not found", "git").with("try", install_hint("git")));
  if (!found.empty()) planned.made.reset();
  return planned;
}

status make_service(const new_service& of, const surroundings& around) {
  using namespace engine_new_service;
  if (of.is_in_place) return write_into(of.folder, of.files, durability::durable);
  const std::string in = of.folder.substr(0, of.folder.rfind('/')),
                    name = of.folder.substr(of.folder.rfind('/') + 1);
  const std::string prefix = ".cicd-new." + name + ".";
  remove_leftovers(in, prefix);
  const std::string staged = fmt::format("{}/{}{}", in, prefix, getpid());
  status made = make_folder(staged);
  if (made) made = write_into(staged, of.files, durability::fast);
  if (made && of.makes_repository) made = make_repository(staged, of.record, around);
  if (made && rename(staged.c_str(), of.folder.c_str()) != 0)
    made = errno == ENOTEMPTY || errno == EEXIST
               ? failure("another program made the folder meanwhile, and it is not overwritten", of.folder,
                         exit_class::conflict)
               : failure(fmt::format("the folder cannot be given its name: {}", std::strerror(errno)),
                         of.folder, exit_class::cannot_save);
  if (!made) (void)remove_tree(staged);
  return made;
}

}  // namespace cicd
