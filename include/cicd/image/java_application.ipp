// How a runnable jar becomes layers: its libraries apart from it, or what Spring Boot lists (Spring Boot
// reference, "Layering Docker Images").
#pragma once

#include <cicd/image/image.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/archive_items.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/java_application.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace image_java {
namespace {

/// One name whatever the version: a version in a file's name would make a new image of the same content.
constexpr std::string_view jar_in_image = "/app/app.jar";

using manifest = std::map<std::string, std::string, std::less<>>;

/// The main section of a MANIFEST.MF: lines of at most 72 bytes, continued by a space (JAR File
/// Specification).
manifest main_section(std::string_view text) {
  manifest section;
  std::string* last = nullptr;
  for (const auto& raw : split(text, '\n')) {
    const std::string_view line = raw.ends_with('\r') ? std::string_view(raw).substr(0, raw.size() - 1) : raw;
    if (line.empty()) break;
    if (line.front() == ' ' && last != nullptr) {
      *last += line.substr(1);
    } else if (const auto colon = line.find(": "); colon != std::string_view::npos) {
      last = &(section[std::string(line.substr(0, colon))] = line.substr(colon + 2));
    }
  }
  return section;
}

std::string member_of(const manifest& section, std::string_view name) {
  const auto found = section.find(name);
  return found == section.end() ? std::string() : std::string(trimmed(found->second));
}

result<manifest> manifest_of(const std::string& jar) {
  auto text = zip_member(jar, "META-INF/MANIFEST.MF");
  if (!text) return std::move(text).error();
  return *text ? main_section(**text) : manifest{};
}

error no_start(const std::string& jar) {
  return image_error(exit_class::usage, "the jar cannot be started: its manifest has no Main-Class", jar)
      .with("try", "name the class in the maven-jar-plugin's archive/manifest/mainClass")
      .with("or", "JAR <pattern> for another jar");
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

result<layer_entry> library(const std::string& jar, const std::string& named) {
  std::string path = percent_decoded(named);  // Class-Path holds URLs
  while (path.ends_with('/')) path.pop_back();
  const auto parts = split(path, '/');
  if (path.starts_with('/') || path.find(':') != std::string::npos
      || std::ranges::find(parts, "..") != parts.end())
    return image_error(exit_class::usage, "the jar's Class-Path leads out of its folder", named)
        .with("jar", jar);
  const std::string from = folder_of(jar) + "/" + path;
  if (!exists(from))
    return image_error(exit_class::usage, "a library of the jar's Class-Path is not there", from)
        .with("jar", jar)
        .with("try",
              "copy it there with the maven-dependency-plugin's copy-dependencies in the phase package");
  auto place = place_below(folder_of(jar), path);
  if (!place) return std::move(place).error().with("jar", jar);
  return layer_entry{.from = *place ? **place : from, .to = normal_path("/app/" + path)};
}

result<layer_recipe> libraries_of(const std::string& jar, const std::string& class_path) {
  layer_recipe layer{.name = "dependencies", .entries = {}, .keep_modes = false};
  for (const auto& named : split(class_path, ' ')) {
    if (named.empty() || named == "." || named == "./") continue;
    auto entry = library(jar, named);
    if (!entry) return std::move(entry).error();
    layer.entries.push_back(*std::move(entry));
  }
  return layer;
}

java_application started_by(std::vector<std::string> arguments) {
  java_application application;
  application.entrypoint.emplace_back("java");
  for (auto& argument : arguments) application.entrypoint.push_back(std::move(argument));
  return application;
}

/// A `lib/` beside a jar that says nothing of it is meant all the same: then the class path is given at the
/// start.
java_application beside_lib(const std::string& main_class, const std::string& lib) {
  auto application = started_by({"-cp", std::string(jar_in_image) + ":/app/lib/*", main_class});
  application.layers.push_back(
      {.name = "dependencies", .entries = {{.from = lib, .to = "/app/lib"}}, .keep_modes = false});
  return application;
}

result<java_application> plain(const std::string& jar, const manifest& section) {
  auto libraries = libraries_of(jar, member_of(section, "Class-Path"));
  if (!libraries) return std::move(libraries).error();
  const std::string lib = folder_of(jar) + "/lib";
  auto application = libraries->entries.empty() && is_folder(lib)
                         ? beside_lib(member_of(section, "Main-Class"), lib)
                         : started_by({"-jar", std::string(jar_in_image)});
  if (!libraries->entries.empty()) application.layers.push_back(*std::move(libraries));
  application.layers.push_back({.name = "application",
                                .entries = {{.from = jar, .to = std::string(jar_in_image)}},
                                .keep_modes = false});
  return application;
}

/// A layer of Spring Boot's index: what its members' names begin with.
struct indexed_layer {
  std::string name;
  std::vector<std::string> prefixes;
};

std::string_view in_quotes(std::string_view text) {
  const auto first = text.find('"');
  const auto last = text.rfind('"');
  return first == last ? std::string_view() : text.substr(first + 1, last - first - 1);
}

/// The index's form is fixed: `- "name":` and below it `  - "prefix"`.
result<std::vector<indexed_layer>> layers_in(const std::string& text, const std::string& jar) {
  std::vector<indexed_layer> layers;
  for (const auto& line : split(text, '\n')) {
    const auto words = trimmed(line);
    const auto value = std::string(in_quotes(words));
    const bool is_layer = line.starts_with("- ") && words.ends_with(':');
    if (words.empty()) continue;
    if (value.empty() || (!is_layer && layers.empty()))
      return image_error(exit_class::usage, "a line of the jar's layers.idx that is not understood",
                         std::string(words))
          .with("jar", jar);
    if (is_layer)
      layers.push_back({.name = value, .prefixes = {}});
    else
      layers.back().prefixes.push_back(value);
  }
  return layers;
}

bool holds(const indexed_layer& layer, const std::string& member) {
  return std::ranges::any_of(layer.prefixes, [&](const auto& prefix) {
    return member == prefix || (prefix.ends_with('/') && member.starts_with(prefix));
  });
}

result<java_application> spring_boot(const std::string& jar,
                                     const std::string& scratch,
                                     const std::string& index,
                                     const unpack_limit& limit,
                                     const manifest& section) {
  auto layers = layers_in(index, jar);
  if (!layers) return std::move(layers).error();
  if (auto removed = remove_tree(scratch); !removed) return removed.error();
  std::vector<bool> is_used(layers->size(), false);
  std::optional<std::string> stray;
  auto unpacked = unpack_zip(jar, limit, [&](const std::string& member) -> std::string {
    const auto found = std::ranges::find_if(*layers, [&](const auto& layer) { return holds(layer, member); });
    if (found == layers->end() && !stray) stray = member;
    if (found == layers->end()) return {};
    const auto at = static_cast<std::size_t>(found - layers->begin());
    is_used[at] = true;
    return fmt::format("{}/{}/{}", scratch, at, member);
  });
  if (!unpacked) return unpacked.error();
  if (stray)
    return image_error(exit_class::usage, "a member of the jar is in no layer of its layers.idx", *stray)
        .with("jar", jar);
  auto application = started_by({"-cp", "/app", member_of(section, "Main-Class")});
  for (std::size_t i = 0; i < layers->size(); ++i)
    if (is_used[i])
      application.layers.push_back({.name = (*layers)[i].name,
                                    .entries = {{.from = fmt::format("{}/{}", scratch, i), .to = "/app"}},
                                    .keep_modes = false});
  return application;
}

bool is_never_run(const std::string& path) {
  static constexpr std::array<std::string_view, 5> ends{"-sources.jar", "-javadoc.jar", "-tests.jar",
                                                        "-test-sources.jar", ".original"};
  const auto name = path.substr(path.rfind('/') + 1);
  return name.starts_with("original-")
         || std::ranges::any_of(ends, [&](auto end) { return name.ends_with(end); });
}

/// A pattern that matches that jar alone among `all` and stays right with the next version: by what stands
/// after the version, else by that nothing does, else by what stands before it.
std::string pattern_of(const std::string& jar, const std::vector<std::string>& all) {
  const auto name_at = jar.rfind('/') + 1, dot = jar.rfind('.');
  const std::string folder = jar.substr(0, name_at), name = jar.substr(name_at, dot - name_at),
                    end = jar.substr(dot);
  const auto is_letter = [&](std::size_t at) {
    return at < name.size() && std::isalpha(static_cast<unsigned char>(name[at])) != 0;
  };
  std::vector<std::string> patterns{folder + "*" + end};
  for (auto dash = name.rfind('-'); dash != std::string::npos && dash > 0; dash = name.rfind('-', dash - 1)) {
    if (!is_letter(dash + 1)) break;
    patterns.push_back(folder + "*" + name.substr(dash) + end);
  }
  patterns.push_back(folder + "*[0-9]" + end);
  for (auto dash = name.find('-'); dash != std::string::npos; dash = name.find('-', dash + 1))
    if (!is_letter(dash + 1)) patterns.push_back(folder + name.substr(0, dash) + "-*" + end);
  const auto is_of_jar_alone = [&](const std::string& pattern) {
    return std::ranges::all_of(
        all, [&](const std::string& other) { return glob_matches(pattern, other) == (other == jar); });
  };
  const auto found = std::ranges::find_if(patterns, is_of_jar_alone);
  return found == patterns.end() ? jar : *found;
}

/// What a person most likely wants of several: the one that holds its libraries.
const std::string& likeliest(const std::vector<std::string>& jars) {
  static constexpr std::array<std::string_view, 7> classifiers{
      "-exec.", "-runner.", "-boot.", "-jar-with-dependencies.", "-shaded.", "-all.", "-fat."};
  const auto found = std::ranges::find_if(jars, [](const std::string& jar) {
    return std::ranges::any_of(classifiers, [&](auto each) { return jar.find(each) != std::string::npos; });
  });
  return found == jars.end() ? jars.front() : *found;
}

/// `others`: what lies there besides, so that a pattern does not match it.
error undecided(std::string what,
                const std::string& folder,
                const std::string& pattern,
                const std::vector<std::string>& candidates,
                const std::vector<std::string>& others) {
  error why = image_error(exit_class::usage, std::move(what), pattern)
                  .with("in", folder)
                  .with("candidates", candidates.empty() ? "none" : joined(candidates, ", "));
  if (candidates.empty())
    return std::move(why).with("try", "a step before it with OUTPUTS target/, or JAR <pattern>");
  return std::move(why).with("try", "JAR " + pattern_of(likeliest(candidates), others));
}

/// None of them can be started.
error without_start(const std::string& folder,
                    const std::string& pattern,
                    const std::vector<std::string>& candidates) {
  error why = undecided("no jar that matches has a Main-Class in its manifest", folder, pattern, candidates,
                        candidates);
  std::erase_if(why.notes, [](const note& each) { return each.label == "try"; });
  const bool is_war = candidates.front().ends_with(".war");
  return std::move(why).with("try",
                             is_war ? "pipeline_image() with FILES " + candidates.front()
                                          + "=<folder of a servlet container> and a BASE that has one"
                                    : "name the class in the maven-jar-plugin's archive/manifest/mainClass");
}

}  // namespace
}  // namespace image_java

result<java_application> java_application_of(const std::string& jar,
                                             const std::string& scratch,
                                             const unpack_limit& limit) {
  auto section = image_java::manifest_of(jar);
  if (!section) return std::move(section).error();
  if (image_java::member_of(*section, "Main-Class").empty()) return image_java::no_start(jar);
  const std::string index = image_java::member_of(*section, "Spring-Boot-Layers-Index");
  if (index.empty()) return image_java::plain(jar, *section);
  auto layers = zip_member(jar, index);
  if (!layers) return std::move(layers).error();
  if (!*layers)
    return image_error(exit_class::usage, "the jar has no layers.idx where its manifest says", index)
        .with("jar", jar);
  return image_java::spring_boot(jar, scratch, **layers, limit, *section);
}

result<std::string> runnable_jar(const std::string& folder, const std::string& pattern) {
  std::vector<std::string> candidates, runnable, archives;
  auto tree = list_tree(folder, [&](const std::string& below) { return below != ".git"; });
  if (!tree) return std::move(tree).error();
  for (const auto& found : *tree) {
    if (found.kind != entry_kind::file || image_java::is_never_run(found.path)) continue;
    const bool matches = glob_matches(pattern, found.path);
    if (matches || found.path.ends_with(".jar") || found.path.ends_with(".war"))
      archives.push_back(found.path);
    if (!matches) continue;
    candidates.push_back(found.path);
    auto section = image_java::manifest_of(folder + "/" + found.path);
    if (!section) return std::move(section).error();
    if (!image_java::member_of(*section, "Main-Class").empty()) runnable.push_back(found.path);
  }
  if (runnable.size() == 1) return folder + "/" + runnable.front();
  if (!runnable.empty())
    return image_java::undecided("several jars can be started", folder, pattern, runnable, archives);
  if (candidates.empty()) {
    std::vector<std::string> near = archives;
    std::erase_if(near, [](const std::string& path) { return path.find("/lib/") != std::string::npos; });
    return image_java::undecided("no jar matches", folder, pattern, near, archives);
  }
  return image_java::without_start(folder, pattern, candidates);
}

}  // namespace cicd
