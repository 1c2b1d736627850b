// Decides for each project which template, name, port and parameters it has; asks by errors where the sources
// leave it open.
#pragma once

#include <cicd/engine/adopt/adopted_sources.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/values/service_name.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/engine/adopt/declaration.hpp>
#include <cicd/engine/adopt/objects.hpp>
#include <cicd/engine/adopt/projects.hpp>
#include <cicd/engine/adopt/workloads.hpp>
#include <cicd/engine/new_service.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>
#include <cicd/system/files.hpp>

namespace cicd::source_files {

namespace engine_adopt_adopted_sources {
namespace {

using values = std::vector<std::string>;

std::string shown(const std::string& folder) {
  return folder.empty() ? "." : folder;
}

class adopter {
 public:
  adopter(const source_request& request,
          const template_source& templates,
          const surroundings& around,
          const cancellation& cancelled)
      : request_(request), templates_(templates), around_(around), cancelled_(cancelled) {}

  or_errors<adopted_sources> adopt() {
    result<repository> opened = repository::open(request_.root);
    if (!opened) return {.errors = {opened.error()}};
    in_ = &*opened;
    projects_ = projects_in(*in_, templates_);
    made_.unread = std::move(projects_.unread);
    if (!projects_.projects.empty()) check_options();
    if (!errors_.empty()) return {.errors = std::move(errors_)};
    leave_out_skipped();
    if (projects_.projects.empty()) return {.errors = {nothing_found()}};
    check_folders();
    objects_ = objects_in(*in_, below_root(request_.manifests), around_, cancelled_);
    check_images();
    made_.unread.insert(made_.unread.end(), objects_.failed.begin(), objects_.failed.end());
    made_.unread.insert(made_.unread.end(), objects_.unread.begin(), objects_.unread.end());
    errors_.insert(errors_.end(), objects_.ambiguous.begin(), objects_.ambiguous.end());
    for (const project& each : projects_.projects) decide(each);
    check_names();
    if (errors_.empty()) write();
    if (errors_.empty()) errors_ = colliding(request_, made_);
    if (!errors_.empty()) return {.errors = std::move(errors_)};
    add_rest();
    return {.made = std::move(made_)};
  }

 private:
  // --- Options, of one project or of several ---

  bool is_alone() const { return projects_.projects.size() == 1; }

  /// What an option says of the project; of several each word begins with the folder.
  values said(const values& words, const project& of, char between = '=') const {
    values found;
    for (const std::string& each : words) {
      const std::optional<std::string> folder = folder_said(each, between);
      if (folder == shown(of.folder))
        found.push_back(each.substr(folder->size() + 1));
      else if (is_alone())
        found.push_back(each);
    }
    return found;
  }
  /// The folder of a project that the word begins with: the longest, since `=` and `:` may be in one.
  std::optional<std::string> folder_said(const std::string& word, char between) const {
    std::optional<std::string> longest;
    for (const project& each : projects_.projects) {
      const std::string folder = shown(each.folder);
      if (word.starts_with(folder + between) && (!longest || longest->size() < folder.size()))
        longest = folder;
    }
    return longest;
  }
  std::string option(const char* name,
                     const project& of,
                     const std::string& value,
                     char between = '=') const {
    return fmt::format("{} {}", name, shell_quoted(is_alone() ? value : shown(of.folder) + between + value));
  }

  /// A path that a person types, as paths are here: below the root, without a slash at its end.
  std::string below_root(const std::string& typed) const {
    const std::string path = path_below(normal_path(typed), request_.root);
    return path == request_.root || path == "." ? std::string() : path;
  }

  static bool is_skipped_by(const project& of, const std::string& folder) {
    return of.folder == folder || (!folder.empty() && is_below(of.folder, folder));
  }
  void leave_out_skipped() {
    std::erase_if(projects_.projects, [&](const project& each) {
      const bool is_out = std::ranges::any_of(
          request_.skip, [&](const auto& typed) { return is_skipped_by(each, below_root(typed)); });
      if (is_out) made_.unread.push_back({shown(each.folder), "left out by --skip", {}});
      return is_out;
    });
  }

  void check_options() {
    if (!request_.manifests.empty()) check_manifests(below_root(request_.manifests));
    values folders;
    for (const project& each : projects_.projects) folders.push_back(shown(each.folder));
    for (const std::string& typed : request_.skip)
      if (std::ranges::none_of(projects_.projects,
                               [&](const project& each) { return is_skipped_by(each, below_root(typed)); }))
        errors_.push_back(wrong("--skip: no project is in this folder", typed)
                              .with("did you mean", nearest(below_root(typed), folders).value_or(""))
                              .with("allowed", joined(folders, ", ")));
    check_declaration();
  }
  void check_manifests(const std::string& folder) {
    if (folder.empty() || in_->has(folder + "/")) return;
    std::set<std::string> folders;
    for (const std::string& each : in_->files())
      if (each.ends_with(".yaml") || each.ends_with(".yml"))
        for (std::string at = folder_of(each); !at.empty(); at = folder_of(at)) folders.insert(at);
    const values all(folders.begin(), folders.end());
    errors_.push_back(wrong("--manifests: no file is below this folder", request_.manifests)
                          .with("did you mean", nearest(folder, all).value_or(""))
                          .with("allowed", "a folder of " + request_.root)
                          .with("try", all.empty() ? std::string() : "one of " + joined(all, ", ")));
  }
  /// The file to declare in is a plain path below the service's folder.
  void check_declaration() {
    const std::string& out = request_.declaration;
    if (out.empty() || (relative_path::accepts(out) && normal_path(out) == out && out != ".")) return;
    errors_.push_back(wrong("--out: this is not a file below the folder of the service", out)
                          .with("allowed", std::string(relative_path::allowed()))
                          .with("try", "--out pipeline.cmake"));
  }
  void check_images() {
    if (request_.image.empty()) return;
    std::set<std::string> there;
    for (const found_object& each : objects_.objects)
      if (each.is_workload()) there.insert(kubernetes::adopting::whole_repository(each.image()));
    const values all(there.begin(), there.end());
    for (const std::string& each : request_.image) {
      const auto folder = folder_said(each, '=');
      const std::string image = folder ? each.substr(folder->size() + 1) : each;
      if (!there.contains(image) && !there.contains(kubernetes::adopting::whole_repository(image)))
        errors_.push_back(
            wrong("--image: no manifest runs this image", image)
                .with("did you mean", nearest(image, all).value_or(""))
                .with("allowed", all.empty() ? "none: no manifest runs an image" : joined(all, ", ")));
    }
  }

  /// Each word of an option is of a project that there is.
  void check_folders() {
    values folders;
    for (const project& each : projects_.projects) folders.push_back(shown(each.folder));
    if (is_alone()) return;
    check_words("--template", request_.template_name, '=', folders);
    check_words("--name", request_.name, '=', folders);
    check_words("--port", request_.port, '=', folders);
    check_words("--image", request_.image, '=', folders);
    check_words("--set", request_.set, ':', folders);
  }
  void check_words(const char* name, const values& words, char between, const values& folders) {
    for (const std::string& each : words) {
      const std::string folder = each.substr(0, between == '=' ? each.rfind('=') : each.find(between));
      if (!folder_said(each, between))
        errors_.push_back(
            wrong(fmt::format("{}: there are several services, and this names none of their folders", name),
                  each)
                .with("did you mean", nearest(folder, folders).value_or(""))
                .with("allowed", fmt::format("<folder>{}<value>, of {}", between, joined(folders, ", "))));
    }
  }

  static error wrong(std::string what, std::optional<std::string> value) {
    return error{exit_class::usage, "adopt", std::move(what), std::move(value), {}};
  }

  error nothing_found() const {
    error no = wrong("nothing here is a project that a template fits", request_.root);
    say_unread(no, made_.unread);
    say_unread(no, in_->unread);
    std::set<std::string> files(projects_.looked_for.begin(), projects_.looked_for.end());
    return std::move(no)
        .with("allowed", files.empty() ? "nothing: no template says what it fits"
                                       : joined(values(files.begin(), files.end()), ", "))
        .with("try", "cicd adopt --sources <folder>, or cicd new <template> <name>");
  }

  static void say_unread(error& no, const std::vector<unread_part>& all) {
    for (const unread_part& each : all)
      no.notes.push_back({"not read", displayable(each.where + ": " + each.what)});
  }
  // --- What a project is ---

  void decide(const project& of) {
    const fitting_template* by = chosen_template(of);
    if (by == nullptr) return;
    known_service made{.of = of, .by = *by, .name = {}};
    made.branch = request_.branch.empty() ? "main" : request_.branch;
    made.declaration = request_.declaration;
    made.container = dockerfile_of(*in_, of);
    made.unread = in_->facts(by->file).unread;
    add_new(made.unread, made.container.unread);
    if (made.is_of_dockerfile())
      std::erase_if(made.unread,
                    [](const unread_part& one) { return one.what.starts_with("how its image is made"); });
    const file_facts of_dockerfile = made.container.facts();
    if (!decide_name(made, of_dockerfile)) return;
    decide_parameters(made, of_dockerfile);
    decide_workloads(made);
    if (!made.has_service && !is_open_) decide_port(made, of_dockerfile);
    say_command(made);
    known_.push_back(std::move(made));
  }

  const fitting_template* chosen_template(const project& of) {
    const values named = said(request_.template_name, of);
    values fits;
    for (const fitting_template& each : of.fits) fits.push_back(each.of.name);
    if (!named.empty()) {
      const auto found = std::ranges::find(fits, named.back());
      if (found != fits.end()) return &of.fits[static_cast<std::size_t>(found - fits.begin())];
      errors_.push_back(
          wrong(fmt::format("--template: it does not fit the project in {}", shown(of.folder)), named.back())
              .with("did you mean", nearest(named.back(), fits).value_or(""))
              .with("allowed", joined(fits, ", ")));
      return nullptr;
    }
    if (fits.size() == 1) return &of.fits.front();
    error no = wrong("several templates fit the project equally", shown(of.folder));
    values options;
    for (const fitting_template& each : of.fits) {
      no.notes.push_back({"fits", fmt::format("{}, by {}", each.of.name, each.file)});
      options.push_back(option("--template", of, each.of.name));
    }
    errors_.push_back(std::move(no).with("try", joined(options, ", or ")));
    return nullptr;
  }

  /// `orders` of `github.com/acme/orders/v2` and of `@acme/orders`.
  static std::string last_part(std::string name) {
    auto slash = name.rfind('/');
    const std::string last = name.substr(slash + 1);
    const bool is_version = slash != name.npos && last.size() > 1 && last[0] == 'v'
                            && last.find_first_not_of("0123456789", 1) == last.npos;
    if (!is_version) return last;
    name.resize(slash);
    return name.substr(name.rfind('/') + 1);
  }

  bool decide_name(known_service& of, const file_facts& of_dockerfile) {
    const values named = said(request_.name, of.of);
    if (!named.empty()) of.name = {named.back(), "--name"};
    if (named.empty()) {
      rule_answer answer = answer_of(of.by.of.adopts->name, *in_, of.of, of.by, of_dockerfile);
      add_new(of.unread, answer.unread);
      if (answer.found) of.name = {last_part(answer.found->value), answer.found->from};
    }
    if (of.name.value.empty()) return say_no_name(of), false;
    const auto refused = why_no_service_name(of.name.value);
    if (!refused) return true;
    error no = wrong("this can be no name of a service", of.name.value)
                   .with("declared at", displayable(of.name.from));
    for (const name_objection& each : refused->objections) no.notes.push_back({each.by, each.why});
    errors_.push_back(std::move(no).with("try", option("--name", of.of, refused->meant)));
    return false;
  }
  void say_no_name(const known_service& of) {
    const std::string folder(name_of(of.of.folder.empty() ? request_.root : of.of.folder));
    const auto refused = why_no_service_name(folder);
    error no = wrong(fmt::format("{} does not say the name of the service", of.by.file), std::nullopt);
    say_unread(no, in_->facts(of.by.file).unread);
    say_unread(no, in_->unread);
    errors_.push_back(std::move(no).with("try", option("--name", of.of, refused ? refused->meant : folder)));
  }

  void decide_parameters(known_service& of, const file_facts& of_dockerfile) {
    of.set = given_values(of.by.of, said(request_.set, of.of, ':'), errors_);
    for (const auto& [name, value] : of.set) of.set_from.emplace_back(name, "--set");
    if (const auto& part = of.by.of.adopts->parts; of.of.whole && !of.set.contains(part.parameter)) {
      of.set[part.parameter] = path_below(of.of.folder, *of.of.whole);
      of.set_from.emplace_back(part.parameter, of.of.listed_at);
    }
    for (const auto& [name, rules] : of.by.of.adopts->set) {
      if (of.set.contains(name)) continue;
      rule_answer answer = answer_of(rules, *in_, of.of, of.by, of_dockerfile);
      add_new(of.unread, answer.unread);
      const declaring::template_parameter& parameter = *of.by.of.parameter(name);
      if (answer.found && parameter.accepts(answer.found->value)) {
        of.set[name] = answer.found->value;
        of.set_from.emplace_back(name, answer.found->from);
      } else {
        ask_parameter(of, parameter, answer);
      }
    }
  }
  void ask_parameter(const known_service& of,
                     const declaring::template_parameter& parameter,
                     const rule_answer& answer) {
    error no =
        wrong(fmt::format("the sources do not say {} of the template {}", parameter.name, of.by.of.name),
              answer.found ? std::optional(answer.found->value) : std::nullopt);
    values options;
    std::vector<unread_part> unread = in_->unread;
    add_new(unread, answer.unread);
    if (!answer.found) say_unread(no, unread);
    for (const found_value& each : answer.several) {
      no.notes.push_back({"found", displayable(each.from)});
      options.push_back(option("--set", of.of, parameter.name + "=" + each.value, ':'));
    }
    if (options.empty())
      options.push_back(option("--set", of.of, parameter.name + "=<" + parameter.words + ">", ':'));
    if (answer.found) no.notes.push_back({"declared at", displayable(answer.found->from)});
    if (!is_alone()) options.push_back("--skip " + shell_quoted(shown(of.of.folder)));
    errors_.push_back(
        std::move(no).with("allowed", parameter.allowed_text()).with("try", joined(options, ", or ")));
  }

  void decide_workloads(known_service& of) {
    const values image = said(request_.image, of.of);
    owned_workloads own = workloads_of(
        {of.name.value, of.of.folder, image.empty() ? "" : image.back(), is_alone()}, objects_.objects);
    of.unread.insert(of.unread.end(), own.unread.begin(), own.unread.end());
    taken_.insert(own.taken.begin(), own.taken.end());
    of.runs = std::move(own.runs);
    // What is only started by a clock listens on no port, unless one is named.
    of.has_service = own.has_service || (of.runs && said(request_.port, of.of).empty());
    is_open_ = !own.several.empty();
    if (!is_open_) return;
    values options;
    for (const std::string& each : own.several) options.push_back(option("--image", of.of, each));
    options.emplace_back("--manifests <folder>");
    errors_.push_back(
        wrong("the manifests run several images, none of which has the service's name", of.name.value)
            .with("try", joined(options, ", or ")));
  }

  void decide_port(known_service& of, const file_facts& of_dockerfile) {
    const values named = said(request_.port, of.of);
    if (!named.empty() && named.back() == "none") return;
    if (!named.empty()) return take_port(of, {named.back(), "--port"});
    std::vector<found_value> found;
    for (const fact& each : of.container.ports) found.push_back({each.value, of_dockerfile.place_of(each)});
    const rule_answer answer = answer_of(of.by.of.adopts->port, *in_, of.of, of.by, of_dockerfile);
    add_new(of.unread, answer.unread);
    if (answer.found && std::ranges::find(found, answer.found->value, &found_value::value) == found.end())
      found.push_back(*answer.found);
    if (found.size() == 1) return take_port(of, found.front());
    error no = found.empty() ? wrong("nothing says the port that it listens on", of.name.value)
                             : wrong("it listens on several ports", of.name.value);
    values options;
    for (const found_value& each : found) {
      no.notes.push_back({"found", displayable(fmt::format("{}, {}", each.value, each.from))});
      options.push_back(option("--port", of.of, each.value));
    }
    std::vector<unread_part> unread = in_->unread;
    add_new(unread, answer.unread);
    add_new(unread, objects_.failed);
    for (const unread_part& each : of.container.unread)
      if (each.what.starts_with("EXPOSE")) unread.push_back(each);
    say_unread(no, unread);
    if (found.empty())
      options = {option("--port", of.of, "8080"),
                 option("--port", of.of, "none") + " where it listens on none"};
    errors_.push_back(std::move(no).with("try", joined(options, ", or ")));
  }
  void take_port(known_service& of, found_value port) {
    if (!port_number::accepts(port.value))
      errors_.push_back(wrong("this is not a port", port.value)
                            .with("declared at", displayable(port.from))
                            .with("allowed", std::string(port_number::allowed()))
                            .with("try", option("--port", of.of, "8080")));
    else
      of.port = std::move(port);
  }

  /// The image is the template's, and so is its entry point.
  static void say_command(known_service& of) {
    if (of.is_of_dockerfile()) return;
    for (const fact& each : of.container.facts().facts)
      if (each.key == "ENTRYPOINT" || each.key == "CMD")
        of.unread.push_back(
            {fmt::format("{}:{}", of.container.path, each.line),
             fmt::format("{} {}: the image of the template has its own entry point", each.key, each.value),
             "COMMAND of pipeline_service()"});
  }

  // --- All of them ---

  void check_names() {
    for (const known_service& each : known_)
      for (const known_service& other : known_)
        if (&other < &each && other.name.value == each.name.value)
          errors_.push_back(wrong("two services have the same name", each.name.value)
                                .with("declared at", displayable(other.name.from + ", " + each.name.from))
                                .with("try", option("--name", each.of, each.name.value + "-2")));
  }

  void write() {
    for (const known_service& each : known_) {
      or_errors<adopted_service> service = declared(each, *in_, templates_);
      errors_.insert(errors_.end(), service.errors.begin(), service.errors.end());
      if (service) add_service(made_, std::move(*service.made));
    }
  }

  /// What belongs to no service.
  void add_rest() {
    for (const found_object& each : objects_.objects)
      if (each.is_workload() && !taken_.contains(each.identity()))
        made_.unread.push_back({each.place, each.identity() + " runs another image: " + each.image(),
                                "--image <repository>, where it is one of the service's"});
    for (const std::string& each : in_->files())
      if (name_of(each).starts_with("Dockerfile.") || name_of(each).ends_with(".Dockerfile"))
        made_.unread.push_back({each, "a further Dockerfile", "pipeline_image() for a further image"});
    made_.unread.insert(made_.unread.end(), in_->unread.begin(), in_->unread.end());
  }

  const source_request& request_;
  const template_source& templates_;
  const surroundings& around_;
  const cancellation& cancelled_;
  repository* in_ = nullptr;
  found_projects projects_;
  found_objects objects_;
  std::vector<known_service> known_;
  std::set<std::string> taken_;
  bool is_open_ = false;  // whether the last project's workloads are still to be chosen
  adopted_sources made_;
  errors errors_;
};

}  // namespace
}  // namespace engine_adopt_adopted_sources

or_errors<adopted_sources> adopt_sources(const source_request& request,
                                         const template_source& templates,
                                         const surroundings& around,
                                         const cancellation& cancelled) {
  return engine_adopt_adopted_sources::adopter(request, templates, around, cancelled).adopt();
}

}  // namespace cicd::source_files
