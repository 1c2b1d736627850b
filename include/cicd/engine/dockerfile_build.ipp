// What buildah and podman are told; both take the same words.
#pragma once

#include <cicd/engine/dockerfile_build.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>

#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/engine/adopt/dockerfile.hpp>
#include <cicd/image/base_image.hpp>
#include <cicd/image/base_layout.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/root_folder.hpp>
#include <cicd/image/wanted_files.hpp>
#include <cicd/observe/docker_ignore.hpp>
#include <cicd/observe/named_paths.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/run_tree_to_end.hpp>

namespace cicd {

namespace engine_dockerfile_build {
namespace {

constexpr const char* builders[] = {"buildah", "podman"};
/// A build may compile for long; who wants less ends the run.
constexpr std::chrono::hours time_limit{6};

struct version {
  int major = 0, minor = 0;
  std::string text;
  bool operator<(const version& other) const {
    return major != other.major ? major < other.major : minor < other.minor;
  }
};

/// The first that looks like `1.28.2`.
version version_in(const std::string& printed) {
  version made;
  const auto at = printed.find_first_of("0123456789");
  if (at == printed.npos) return made;
  made.text = printed.substr(at, printed.find_first_of(" \t\n", at) - at);
  const char* const end = made.text.data() + made.text.size();
  const auto [dot, wrong] = std::from_chars(made.text.data(), end, made.major);
  if (wrong == std::errc() && dot != end) (void)std::from_chars(dot + 1, end, made.minor);
  return made;
}

std::string how_it_ended(const ending& end) {
  return end.kind == ending::how::exited ? fmt::format("exit status {}", end.number) : meaning_of(end);
}

/// Since which version a builder reads here-documents.
version first_with_here(const std::string& builder) {
  return builder == "buildah" ? version{1, 33, "1.33"} : version{4, 8, "4.8"};
}

class build {
 public:
  build(const task& work,
        const dockerfile_sources& sources,
        std::string scratch,
        const surroundings& around,
        const cancellation& cancelled)
      : work_(work),
        sources_(sources),
        scratch_(std::move(scratch)),
        around_(around),
        cancelled_(cancelled),
        declared_(*work.step->declared_image()),
        place_(dockerfile_place_of(declared_, work.source)) {}

  result<dockerfile_image_made> made(const layer_cache& layers,
                                     const std::function<void(const std::string&)>& log) {
    const auto name = image_builder_of(around_);
    if (!name) return no_image_builder();
    name_ = *name;
    if (status prepared = prepare(); !prepared) return prepared.error();
    const captured asked = run({"--version"}, {}, scratch_);
    version_ = version_in(asked.out);
    if (sources_.here_line > 0 && version_ < first_with_here(name_)) return too_old();
    if (status given = give_bases(layers); !given) return given.error();
    const captured built = run(words_of_build(), storage(), scratch_);
    std::string printed = built.out + built.err;
    log(printed);
    if (!built.end.good()) return failed(built, printed);
    const captured pushed = run({"push", "--quiet", "image", "oci:out:image"}, storage(), scratch_);
    if (!pushed.end.good()) return failed(pushed, pushed.out + pushed.err);
    give_back();
    return dockerfile_image_made{fmt::format("{} {}", name_, version_.text), std::move(printed)};
  }

 private:
  using words = std::vector<std::string>;

  words storage() const {
    // Podman takes no path of more than 50 characters; this one is relative to where it starts.
    const std::string run = name_ == "podman" ? "run" : scratch_ + "/run";
    const std::string driver = around_.get_or("STORAGE_DRIVER", "vfs");
    return {"--storage-driver", driver, "--root", scratch_ + "/storage", "--runroot", run};
  }

  std::string ignore_path() const { return scratch_ + "/ignore"; }

  /// The folder holds what was chosen already, and outputs of other steps; left out is what had to be there
  /// for the builder alone.
  status prepare() const {
    if (status made = make_folder(scratch_ + "/tmp"); !made) return made;
    std::string hidden;
    const observing::docker_ignore rules(place_.ignore_text, place_.context);
    for (const std::string& each : {place_.path, place_.ignore_path.value_or(std::string())})
      if (!each.empty() && rules.hides(each)) hidden += pattern_for(below_context(each)) + "\n";
    if (status written = write_file(ignore_path(), hidden, durability::fast); !written) return written;
    if (sources_.other_letters.empty()) return {};
    const result<std::optional<std::string>> text = read_below_if_there(work_.folder, place_.path);
    if (!text) return text.error();
    return write_file(dockerfile_path(), in_equal_letters(text->value_or(""), sources_.other_letters),
                      durability::fast);
  }

  std::string dockerfile_path() const {
    return sources_.other_letters.empty() ? work_.folder + "/" + place_.path : scratch_ + "/Dockerfile";
  }

  std::string below_context(const std::string& path) const {
    return place_.context.empty() ? path : path_below(path, place_.context);
  }

  captured run(const words& what, const words& before, const std::string& folder) const {
    command start{.words = {name_}, .directory = folder, .environment = around_.lines()};
    // What `RUN --mount=type=cache` keeps lies there, and ends with the build.
    std::erase_if(start.environment, [](const std::string& each) { return each.starts_with("TMPDIR="); });
    start.environment.push_back("TMPDIR=" + scratch_ + "/tmp");
    start.words.insert(start.words.end(), before.begin(), before.end());
    start.words.insert(start.words.end(), what.begin(), what.end());
    start.environment.push_back(folder_variable + work_.folder);
    capture_options how;
    how.limit = time_limit;
    how.cancelled = &cancelled_;
    return run_tree_to_end(start, how);
  }

  error too_old() const {
    return error{
        exit_class::usage, {}, "the builder does not know here-documents", name_ + " " + version_.text, {}}
        .with("in", fmt::format("{}:{}", place_.path, sources_.here_line))
        .with("allowed", fmt::format("{} from {} on", name_, first_with_here(name_).text))
        .with("try", "RUN with && and \\ at the end of lines, or COPY of a file");
  }

  /// Into the builder's own storage, by names that nothing else has. A layout is reached by a link, since no
  /// folder of its path may begin with a dot.
  status give_bases(const layer_cache& layers) {
    const layer_store store(layers.folder, layers.trusted);
    for (std::size_t at = 0; at < work_.seen->bases.size(); ++at) {
      const observed_base& base = work_.seen->bases[at];
      const auto pinned = pinned_reference_from(base.pinned);
      if (!pinned) return pinned.error();
      wanted_base what{pinned->repository, pinned->image, architecture_of_this_machine(), {}};
      if (!base.locked.empty()) what.locked = locked_tag{base.reference, *digest_from(base.locked)};
      const result<std::string> layout = base_layout_of(what, {store, around_, &cancelled_});
      if (!layout) return error(layout.error()).with("in", base.where);
      const std::string name = fmt::format("cicd-base-{}", at);
      if (symlink(layout->c_str(), (scratch_ + "/" + name).c_str()) != 0)
        return error{exit_class::cannot_save, {}, "a link cannot be made", scratch_ + "/" + name, {}};
      const captured pulled = run({"pull", "--quiet", "oci:" + name}, storage(), scratch_);
      if (!pulled.end.good()) return failed(pulled, pulled.out + pulled.err);
      if (status named = name_base(base, "localhost/" + name); !named) return named;
    }
    return {};
  }

  /// A tag is given to the copy, so that it is found whatever variables it is made of; a digest, which the
  /// copy may not have, is said to be it: builders look for what FROM says before its variables are
  /// replaced, and for what it says then.
  status name_base(const observed_base& base, const std::string& copy) {
    if (base.reference.find('@') != base.reference.npos) {
      const auto give = [&](const std::string& name) {
        contexts_.push_back(fmt::format("{}=container-image://{}:latest", name, copy));
      };
      give(base.text);
      for (const dockerfile_image& each : sources_.images)
        if (each.text == base.text) std::ranges::for_each(each.written, give);
      return {};
    }
    const captured tagged = run({"tag", copy, base.reference}, storage(), scratch_);
    if (!tagged.end.good()) return failed(tagged, tagged.out + tagged.err);
    return {};
  }

  words words_of_build() const {
    words all{"build",
              "--isolation",
              "chroot",
              "--timestamp",
              "0",
              "--pull=never",
              "--format",
              "oci",
              "--identity-label=false",
              "--file",
              dockerfile_path(),
              "--tag",
              "image"};
    all.insert(all.end(), {"--ignorefile", ignore_path()});
    if (!sources_.target.empty()) all.insert(all.end(), {"--target", sources_.target});
    for (const assignment& each : declared_.args)
      all.insert(all.end(), {"--build-arg", each.name.str() + "=" + each.value});
    for (const std::string& each : contexts_) all.insert(all.end(), {"--build-context", each});
    all.push_back(place_.context.empty() ? work_.folder : work_.folder + "/" + place_.context);
    return all;
  }

  /// What belongs to other users of a user namespace is removed by the builder; root removes it like all
  /// else.
  void give_back() const {
    if (geteuid() != 0) (void)run({"rmi", "--all", "--force"}, storage(), scratch_);
  }

  /// The instruction that the builder was at: `Error: building at STEP "RUN make": …`.
  std::string place_of_failure(const std::string& printed) const {
    constexpr std::string_view start = "at STEP \"";
    const auto at = printed.rfind(start);
    if (at == printed.npos) return place_.path;
    const std::string step = printed.substr(at + start.size(), printed.find("\":", at) - at - start.size());
    const auto text = read_below_if_there(work_.folder, place_.path);
    if (!text || !*text) return place_.path;
    for (const source_files::instruction& each : source_files::instructions_in(**text))
      if (each.name + " " + each.text == step) return fmt::format("{}:{}", place_.path, each.line);
    return place_.path;
  }

  error failed(const captured& ended, const std::string& printed) const {
    give_back();
    if (cancelled_.cancelled()) return {exit_class::interrupted, {}, "the build was interrupted", {}, {}};
    std::vector<std::string> lines = split(std::string(trimmed(printed)), '\n');
    if (lines.size() > 20) lines.erase(lines.begin(), lines.end() - 20);
    for (std::string& each : lines) each = displayable(each);
    return error{
        exit_class::step_failed,
        {},
        fmt::format("{} {} does not build the image: {}", name_, version_.text, how_it_ended(ended.end)),
        {},
        {}}
        .with("in", place_of_failure(printed))
        .with("last lines", joined(lines, "\n"));
  }

  const task& work_;
  const dockerfile_sources& sources_;
  std::string scratch_;
  const surroundings& around_;
  const cancellation& cancelled_;
  const image& declared_;
  dockerfile_place place_;
  std::string name_;
  version version_;
  words contexts_;
};

}  // namespace
}  // namespace engine_dockerfile_build

std::optional<std::string> image_builder_of(const surroundings& around) {
  for (const char* each : engine_dockerfile_build::builders)
    if (find_program(each, around.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"), "/")) return each;
  return std::nullopt;
}

error no_image_builder() {
  return error{exit_class::usage, {}, "a program is missing that builds Dockerfiles", "buildah", {}}
      .with("allowed", "buildah or podman, on PATH")
      .with("try", install_hint("buildah"));
}

result<dockerfile_image_made> build_dockerfile(const task& work,
                                               const dockerfile_sources& sources,
                                               const std::string& scratch,
                                               const surroundings& around,
                                               const layer_cache& layers,
                                               const std::function<void(const std::string&)>& log,
                                               const cancellation& cancelled) {
  return engine_dockerfile_build::build(work, sources, scratch, around, cancelled).made(layers, log);
}

result<image_user> user_of_built(const std::string& layout, const std::string& dockerfile) {
  const oci_layout from(layout);
  const layer_store none{std::string()};
  const auto manifest = manifest_in(from, {}, architecture_of_this_machine());
  if (!manifest) return manifest.error();
  const auto built = base_image_in(from, *manifest, {.store = none});
  if (!built) return built.error();
  const std::string user = built->config["config"]["User"].text();
  const std::string name = user.substr(0, user.find(':'));
  std::optional<std::uint32_t> number = user_number_in({}, name);
  if (!number && !name.empty()) {
    const auto passwd = files_in_layers(
        built->blobs, [](std::string_view path) { return path == "etc/passwd"; }, {}, nullptr);
    if (!passwd) return passwd.error();
    const auto text = passwd->find("etc/passwd");
    if (text != passwd->end()) number = user_number_in(text->second, name);
    if (!number)
      return error{
          exit_class::usage, {}, "USER is a name that /etc/passwd of the image does not have", name, {}}
          .with("in", dockerfile)
          .with("try", "USER 10001 in the Dockerfile, or of pipeline_image()");
  }
  if (number.value_or(0) != 0)
    return image_user{*number, name.size() == user.size() ? std::string() : user.substr(name.size() + 1)};
  return error{exit_class::usage, {}, "the image would run as root", user.empty() ? "no USER" : user, {}}
      .with("in", dockerfile)
      .with("allowed", "a USER other than root and 0 in the stage that is built")
      .with("try", "USER 10001 in the Dockerfile, or of pipeline_image()");
}

}  // namespace cicd
