// A container of an image, from its bundle to its end.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/image_reference.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/driver/commands/image_run.hpp>
#include <cicd/image/container.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/root_folder.hpp>
#include <cicd/image/staging.hpp>
#include <cicd/kubernetes/render/workload.hpp>
#include <cicd/system/background_process.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/port_forward.hpp>

namespace cicd {

namespace driver_commands_image_run {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds pause{25}, longest_stop{10'000};

error usage(const std::string& subject, std::string what, std::optional<std::string> value = {}) {
  return error{exit_class::usage, subject, std::move(what), std::move(value), {}};
}

/// The service that runs the image; null where none does and none was named.
result<const service*> service_of(const image_run_request& request, const found_image& image) {
  if (image.pipeline == nullptr) {
    if (request.service.empty() && request.environment.empty()) return nullptr;
    return usage({}, "--service and --environment are of a declared image", image.said)
        .with("try", "cicd image run <pipeline>");
  }
  const pipeline& declared = image.pipeline->declared;
  std::vector<const service*> all;
  std::vector<std::string> names;
  for (const service& each : declared.services) {
    const bool runs_it = kubernetes::image_named(declared, each.image.view()) == image.declared;
    if (!each.in.empty() || !runs_it) continue;
    all.push_back(&each);
    names.push_back(each.name.str());
  }
  if (request.service.empty() && all.empty()) return nullptr;
  if (request.service.empty() && all.size() == 1) return all.front();
  for (const service* each : all)
    if (each->name.view() == request.service) return each;
  return usage(declared.name.str(),
               request.service.empty() ? "several services run this image: --service says which one is meant"
                                       : "--service: no such service runs this image",
               request.service.empty() ? std::optional<std::string>() : request.service)
      .with("did you mean", nearest(request.service, names).value_or(""))
      .with("allowed", names.empty() ? "none" : joined(names, ", "));
}

/// Whose values count: the one that is named, where it runs, else the first.
result<const environment*> environment_of(const image_run_request& request, const found_image& image) {
  if (image.pipeline == nullptr) return nullptr;
  const pipeline& declared = image.pipeline->declared;
  if (request.environment.empty()) {
    if (image.place != nullptr) return image.place;
    return declared.environments.empty() ? nullptr : &declared.environments.front();
  }
  std::vector<std::string> names;
  for (const environment& each : declared.environments) {
    if (each.name.view() == request.environment) return &each;
    names.push_back(each.name.str());
  }
  return usage(declared.name.str(), "--environment: no such environment", request.environment)
      .with("did you mean", nearest(request.environment, names).value_or(""))
      .with("allowed", names.empty() ? "none" : joined(names, ", "));
}

std::string tag_in(const std::string& reference) {
  const std::string named = reference.substr(0, reference.find('@'));
  const std::size_t colon = named.rfind(':');
  return named.starts_with("oci:") || colon == named.npos || named.find('/', colon) != named.npos
             ? std::string()
             : named.substr(colon + 1);
}

/// The service as it would be rendered for that environment with this image.
result<kubernetes::workload> rendered(const service& of, const environment* place, const found_image& image) {
  const pipeline& declared = image.pipeline->declared;
  const std::string environment = place == nullptr ? std::string() : place->name.str();
  kubernetes::release_facts facts;
  facts.pipeline = declared.name.str();
  facts.environment = environment;
  for (const cicd::image& each : declared.images)
    facts.images[each.name.str()] = {image.reference, tag_in(image.reference), {}, {}};
  const service there = service_in(declared, of.name.view(), environment);
  for (const file_mapping& each : there.config_files) {
    auto text = read_below(image.pipeline->source_directory, each.from.str());
    if (!text) return std::move(text).error();
    facts.files[each.from.str()] = *std::move(text);
  }
  return kubernetes::workload_of(*image.pipeline, there, facts);
}

/// What a cluster knows of a pod, as it is here.
std::string value_here(const std::string& field) {
  return field.ends_with("IP") ? "127.0.0.1" : "local";
}

/// `$(NAME)` as a cluster replaces it, by the variables before; `$$(` is a plain `$(`.
std::string with_variables(const std::string& text,
                           const std::vector<std::pair<std::string, std::string>>& known) {
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 3, "$$(") == 0) {
      made += "$(";
      at += 3;
      continue;
    }
    const std::size_t end = text.compare(at, 2, "$(") == 0 ? text.find(')', at) : text.npos;
    const auto named = [&](const auto& one) {
      return end != text.npos && text.compare(at + 2, end - at - 2, one.first) == 0;
    };
    const auto found = std::ranges::find_if(known, named);
    made += found == known.end() ? std::string(1, text[at]) : found->second;
    at = found == known.end() ? at + 1 : end + 1;
  }
  return made;
}

/// A container as it is wished for by a declaration and a command line.
struct wanted_container {
  container_wishes wishes;
  running_image told;
  std::vector<std::pair<std::string, std::string>> files;  ///< path in the container and content
};

void add_service(wanted_container& to, const kubernetes::workload& of, const found_image& image) {
  for (const kubernetes::variable& each : of.env)
    to.wishes.env.emplace_back(
        each.name, each.field.empty() ? with_variables(each.value, to.wishes.env) : value_here(each.field));
  for (const secret_reference& each : of.declared.secret_env) to.told.missing.push_back(each.name.str());
  for (const env_source& each : of.declared.env_from) to.told.missing.push_back(each.str());
  for (const text& word : of.declared.command) to.wishes.command.push_back(word.str());
  to.wishes.root_is_read_only = kubernetes::root_is_read_only(of, image.declared);
  to.told.inside = static_cast<std::uint16_t>(of.declared.port.number());
}

status add_variables(wanted_container& to, const image_run_request& request, const surroundings& around) {
  for (const std::string& each : request.env) {
    const std::size_t equals = each.find('=');
    const std::string name = each.substr(0, equals);
    if (name.empty())
      return usage({}, "--env: no name of a variable", each)
          .with("allowed", "NAME=value, or NAME as it is here");
    const std::optional<std::string> here = equals == each.npos ? around.get(name) : std::nullopt;
    if (equals == each.npos && !here)
      return usage({}, "--env: no such variable is set here", name)
          .with("try", fmt::format("{0}=… , or --env {0}=…", name));
    std::erase_if(to.wishes.env, [&](const auto& one) { return one.first == name; });
    to.wishes.env.emplace_back(name, here ? *here : each.substr(equals + 1));
    std::erase(to.told.missing, name);
  }
  return {};
}

/// The first port that the image documents.
std::uint16_t port_of(const seen_image& seen) {
  for (const auto& [port, nothing] : seen.config["config"]["ExposedPorts"].members()) {
    if (port.ends_with("/udp")) continue;
    const int number = std::atoi(port.c_str());
    if (number > 0 && number < 65'536) return static_cast<std::uint16_t>(number);
  }
  return 0;
}

result<wanted_container> wanted_of(const image_run_request& request,
                                   const found_image& image,
                                   const seen_image& seen,
                                   const surroundings& around) {
  wanted_container to;
  const auto runs = service_of(request, image);
  if (!runs) return runs.error();
  const auto place = environment_of(request, image);
  if (!place) return place.error();
  to.told.reference = image.reference;
  to.wishes.uses_host_network = request.uses_host_network;
  to.wishes.arguments = request.words;
  if (*runs != nullptr) {
    const auto of = rendered(**runs, *place, image);
    if (!of) return of.error();
    add_service(to, *of, image);
    to.told.service = (*runs)->name.str();
    to.told.environment = *place == nullptr ? std::string() : (*place)->name.str();
    for (const file_mapping& each : of->declared.config_files) {
      auto text = read_below(image.pipeline->source_directory, each.from.str());
      if (!text) return std::move(text).error();
      to.files.emplace_back(each.to, *std::move(text));
    }
  }
  if (request.keeps_root_writable) to.wishes.root_is_read_only = false;
  if (to.told.inside == 0) to.told.inside = port_of(seen);
  if (status added = add_variables(to, request, around); !added) return std::move(added).error();
  return to;
}

/// What this machine needs to start programs of that architecture: nothing, or an emulator of a user's
/// programs. One that is linked statically also runs where the image has no libraries of this machine.
result<std::string> emulator_for(const seen_image& seen,
                                 const found_image& image,
                                 const surroundings& around) {
  static constexpr std::pair<const char*, const char*> emulators[] = {
      {"arm64", "qemu-aarch64"},   {"amd64", "qemu-x86_64"}, {"arm", "qemu-arm"}, {"ppc64le", "qemu-ppc64le"},
      {"riscv64", "qemu-riscv64"}, {"s390x", "qemu-s390x"},  {"386", "qemu-i386"}};
  const std::string there = seen.config["architecture"].text();
  if (runs_programs_of(architecture_of_this_machine(), there)) return std::string();
  for (const auto& [architecture, emulator] : emulators) {
    if (there != architecture) continue;
    if (exists(std::string("/proc/sys/fs/binfmt_misc/") + emulator)) return std::string();
    if (auto program =
            find_program(std::string(emulator) + "-static", around.get_or("PATH", "/usr/bin:/bin"), "/"))
      return *std::move(program);
  }
  return usage(image.said, "this machine cannot run programs of that architecture", there)
      .with("this machine", architecture_of_this_machine())
      .with("allowed", seen.platforms.empty() ? seen.platform() : joined(seen.platforms, ", "))
      .with("try", "apt-get install qemu-user-static, which runs them");
}

/// The folder of a container: `config.json`, `rootfs`, the files that it is given, and what runc notes.
class bundle {
 public:
  static result<bundle> make(const std::string& cache, const std::string& runc) {
    const std::string below = cache + "/containers";
    forget_dead(below, runc);
    auto folder = unfinished::make(below, entry_kind::folder);
    if (!folder) return std::move(folder).error();
    if (status made = make_folder(folder->path() + "/rootfs"); !made) return made.error();
    return bundle(*std::move(folder));
  }
  const std::string& path() const { return folder_.path(); }
  std::string root() const { return path() + "/rootfs"; }
  std::string state() const { return path() + "/state"; }
  std::string pid_file() const { return path() + "/pid"; }
  std::string id() const { return id_of(path()); }

 private:
  explicit bundle(unfinished folder) : folder_(std::move(folder)) {}

  /// Deletes the containers that a killed command left: their folders are no longer locked.
  static void forget_dead(const std::string& below, const std::string& runc) {
    unfinished::sweep(below, [&](const std::string& path) {
      (void)run_to_end({.words = {runc, "--root", path + "/state", "delete", "--force", id_of(path)},
                        .directory = "/",
                        .environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}});
    });
  }
  static std::string id_of(const std::string& path) { return "cicd-" + path.substr(path.rfind('/') + 1); }

  unfinished folder_;
};

/// Names that the image has no file for, and those of the declaration.
status add_files(wanted_container& to, const bundle& in) {
  if (to.wishes.uses_host_network) {
    for (const char* each : {"/etc/hosts", "/etc/resolv.conf"})
      if (exists(each)) to.wishes.files.push_back({each, each});
  } else {
    to.files.emplace_back("/etc/hosts", "127.0.0.1 localhost container\n::1 localhost\n");
  }
  std::size_t number = 0;
  for (const auto& [path, text] : to.files) {
    const std::string from = fmt::format("{}/files/{}", in.path(), number++);
    if (status written = write_file(from, text, durability::fast); !written) return written;
    to.wishes.files.push_back({from, path});
  }
  return {};
}

status lay_out(wanted_container& to,
               const seen_image& seen,
               found_image& image,
               const bundle& in,
               const surroundings& around,
               const cancellation& cancelled) {
  const auto limit = unpack_limit_of(around);
  if (!limit) return limit.error();
  auto layout = image.in->layout(seen.manifest);
  if (!layout) return std::move(layout).error();
  if (status laid = lay_out_root(*layout, seen.layers, in.root(), *limit, &cancelled); !laid) return laid;
  auto user = container_user_of(in.root(), seen.config["config"]["User"].text());
  if (!user) return std::move(user).error();
  // Who is not root has one user there, and runc wants that to be its root.
  to.wishes.is_rootless = ::geteuid() != 0;
  to.wishes.user = to.wishes.is_rootless ? container_user{} : *user;
  to.wishes.own_user = ::geteuid();
  to.wishes.own_group = ::getegid();
  if (words_of_container(seen, to.wishes).empty())
    return usage(image.said, "the image does not say what it starts")
        .with("try", "cicd image run … -- <program>");
  if (status added = add_files(to, in); !added) return added;
  return write_file(in.path() + "/config.json", pretty(runtime_config_of(seen, to.wishes)), durability::fast);
}

/// Runs runc on the event loop and looks now and then whether what it runs listens.
class container_run {
 public:
  container_run(const bundle& in,
                std::string runc,
                wanted_container& of,
                int port,
                const surroundings& around,
                const cancellation& cancelled,
                const std::function<void(const running_image&)>& started,
                const std::function<void(std::string_view)>& output)
      : in_(in),
        runc_(std::move(runc)),
        of_(of),
        port_(port),
        around_(around),
        cancelled_(cancelled),
        started_(started),
        output_(output),
        processes_(system_processes(loop_)) {}

  result<exit_class> run() {
    child_ = processes_->start({.words = {runc_, "--root", in_.state(), "run", "--bundle", in_.path(),
                                          "--pid-file", in_.pid_file(), in_.id()},
                                .directory = in_.path(),
                                .environment = around_.lines()},
                               {.output = [this](output_stream, std::string_view bytes) { output_(bytes); },
                                .ended = [this](const ending& how) { end_ = how; }});
    look();
    loop_.run();
    forward_.reset();
    (void)run_to_end({.words = {runc_, "--root", in_.state(), "delete", "--force", in_.id()},
                      .directory = "/",
                      .environment = around_.lines()});
    if (failed_) return *std::move(failed_);
    if (cancelled_.cancelled()) return exit_class::done;
    if (end_->good()) return exit_class::done;
    return error{exit_class::step_failed, {}, "the container failed", {}, {}}.with("ended", end_text());
  }

 private:
  std::string end_text() const { return "exit status " + exit_text(*end_); }

  void look() {
    if (end_) return;
    if (failed_) child_->signal_tree(SIGKILL);
    if (cancelled_.cancelled()) stop();
    if (!is_told_ && !failed_) see();
    timer_ = loop_.after(pause, [this] { look(); });
  }

  /// TERM to what runs in it; KILL to all of it once that took too long.
  void stop() {
    if (!stopped_) {
      stopped_ = system_clock_port().elapsed();
      ::kill(child_->id(), SIGTERM);
    } else if (system_clock_port().elapsed() - *stopped_ > longest_stop || cancelled_.insisted()) {
      child_->signal_tree(SIGKILL);
    }
  }

  int process() const {
    const auto text = read_file_if_there(in_.pid_file());
    return text && *text ? std::atoi((*text)->c_str()) : 0;
  }

  void see() {
    const int inside = process();
    if (inside == 0) return;
    if (of_.told.inside != 0 && !listens_in(inside, of_.told.inside)) return;
    if (of_.told.inside != 0) {
      auto port = reached(inside);
      if (!port) {
        failed_ = std::move(port).error();
        return;
      }
      of_.told.url = fmt::format("http://127.0.0.1:{}", *port);
    }
    is_told_ = true;
    started_(of_.told);
  }

  /// The port of this machine that leads there.
  result<int> reached(int inside) {
    if (of_.wishes.uses_host_network) return static_cast<int>(of_.told.inside);
    const std::string own = real_path("/proc/self/exe").value_or("cicd");
    auto made = companion::start({.words = {own, "forward-port", std::to_string(inside),
                                            std::to_string(of_.told.inside), std::to_string(port_)},
                                  .directory = "/",
                                  .environment = {"PATH=/usr/bin:/bin"}});
    if (!made) return std::move(made).error();
    forward_ = *std::move(made);
    if (forward_->wait_until_it_says("\n", milliseconds(5'000)) == companion::waited::said)
      return std::atoi(forward_->said().c_str());
    return error{exit_class::usage, {}, "no port leads into the container", std::to_string(port_), {}}.with(
        "caused by", std::string(trimmed(forward_->complaints())));
  }

  const bundle& in_;
  std::string runc_;
  wanted_container& of_;
  int port_;
  const surroundings& around_;
  const cancellation& cancelled_;
  const std::function<void(const running_image&)>& started_;
  const std::function<void(std::string_view)>& output_;
  event_loop loop_;
  std::unique_ptr<process_port> processes_;
  std::shared_ptr<child> child_;
  std::shared_ptr<void> timer_;
  std::unique_ptr<companion> forward_;
  std::optional<ending> end_;
  std::optional<error> failed_;
  std::optional<milliseconds> stopped_;
  bool is_told_ = false;
};

result<std::string> runc_on(const surroundings& around) {
  auto program = find_program("runc", around.get_or("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin", "/");
  if (program) return *std::move(program);
  return usage({}, "a program is missing that starts containers", "runc").with("try", install_hint("runc"));
}

}  // namespace
}  // namespace driver_commands_image_run

result<exit_class> run_image(const image_run_request& request,
                             const image_finder& by,
                             found_image image,
                             const cancellation& cancelled,
                             const std::function<void(const running_image&)>& started,
                             const std::function<void(std::string_view)>& output) {
  using namespace driver_commands_image_run;
  const surroundings& around = by.around();
  const auto runc = runc_on(around);
  if (!runc) return runc.error();
  const auto seen = see_image(*image.in, image.image, request.platform);
  if (!seen) return seen.error();
  auto emulator = emulator_for(*seen, image, around);
  if (!emulator) return std::move(emulator).error();
  auto wanted = wanted_of(request, image, *seen, around);
  if (!wanted) return std::move(wanted).error();
  wanted->wishes.emulator = *std::move(emulator);
  if (wanted->told.inside == 0 && request.port != 0)
    return usage(image.said, "--port: neither the service nor the image has a port")
        .with("try", "PORT of pipeline_service()");
  const auto in = bundle::make(around.cache_folder(), *runc);
  if (!in) return in.error();
  if (status ready = lay_out(*wanted, *seen, image, *in, around, cancelled); !ready)
    return std::move(ready).error();
  return container_run(*in, *runc, *wanted, request.port, around, cancelled, started, output).run();
}

}  // namespace cicd
