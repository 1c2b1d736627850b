// Images as pages.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/image_page.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace driver_commands_image_page {
namespace {

constexpr std::size_t short_digest = 12;

std::string short_text(const digest& of) {
  return "sha256:" + hex(of).substr(0, short_digest);
}

/// The config as names and values, in the order in which it is shown: `env PATH`, `user`.
std::vector<std::pair<std::string, std::string>> settings_of(const seen_image& image) {
  const json& config = image.config["config"];
  std::vector<std::pair<std::string, std::string>> all{
      {"platform", image.platform()},
      {"entrypoint", shell_quoted(config["Entrypoint"].texts())},
      {"arguments", shell_quoted(config["Cmd"].texts())},
      {"user", config["User"].text()},
      {"working directory", config["WorkingDir"].text()},
      {"stop signal", config["StopSignal"].text()}};
  for (const auto& [port, nothing] : config["ExposedPorts"].members())
    all.emplace_back("port " + port, "open");
  for (const auto& [volume, nothing] : config["Volumes"].members())
    all.emplace_back("volume " + volume, "yes");
  for (const std::string& each : config["Env"].texts()) {
    const std::size_t equals = std::min(each.find('='), each.size());
    all.emplace_back("env " + each.substr(0, equals), each.substr(std::min(equals + 1, each.size())));
  }
  for (const auto& [name, value] : config["Labels"].members())
    all.emplace_back("label " + name, value.text());
  std::erase_if(all, [](const auto& each) { return each.second.empty() && !each.first.starts_with("env "); });
  return all;
}

std::vector<image_difference::config_change> config_changes(const seen_image& before,
                                                            const seen_image& after) {
  std::map<std::string, std::pair<std::string, std::string>> both;
  std::vector<std::string> order;
  for (const auto& [name, value] : settings_of(before)) {
    if (!both.contains(name)) order.push_back(name);
    both[name].first = value;
  }
  for (const auto& [name, value] : settings_of(after)) {
    if (!both.contains(name)) order.push_back(name);
    both[name].second = value;
  }
  std::vector<image_difference::config_change> changes;
  for (const std::string& name : order)
    if (const auto& [old, now] = both[name]; old != now) changes.push_back({name, old, now});
  return changes;
}

/// Layers of `of` that `other` has not, in their order.
std::vector<oci_descriptor> layers_only_in(const seen_image& of, const seen_image& other) {
  std::vector<oci_descriptor> all;
  for (const oci_descriptor& each : of.layers)
    if (std::ranges::find(other.layers, each.content, &oci_descriptor::content) == other.layers.end())
      all.push_back(each);
  return all;
}

std::string made_by(const seen_image& image, const digest& layer) {
  for (std::size_t i = 0; i < image.layers.size(); ++i)
    if (image.layers[i].content == layer) return displayable(image.made_by[i]);
  return {};
}

/// What lies beside it, as it says of itself.
std::vector<std::pair<std::string, std::string>> signature_rows(const seen_signatures& of) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto count = of.by_key + of.by_certificate;
  if (count > 0)
    rows.emplace_back("signature", fmt::format("{}, not verified: {}", counted(count, "signature"),
                                               of.by_certificate == 0 ? "by a key" : "by a certificate"));
  if (!of.provenance) return rows;
  const told_provenance& told = *of.provenance;
  const std::string what = told.pipeline.empty() ? told.build_type : told.pipeline + "/" + told.image;
  rows.emplace_back("provenance",
                    fmt::format("not verified: {}{}{}{}", what,
                                told.commit.empty() ? "" : ", commit " + told.commit.substr(0, 12),
                                told.source.empty() ? "" : " of " + told.source,
                                told.builder.empty() ? "" : ", built by " + told.builder));
  return rows;
}

std::string head_of(const shown_image& image) {
  std::vector<std::vector<std::string>> rows{{"  image", image.reference},
                                             {"  digest", oci_text(image.seen.named)}};
  if (image.seen.named != image.seen.manifest) rows.push_back({"  manifest", oci_text(image.seen.manifest)});
  for (const auto& [name, value] : settings_of(image.seen))
    rows.push_back({"  " + displayable(name), displayable(value)});
  if (image.seen.platforms.size() > 1) rows.push_back({"  platforms", joined(image.seen.platforms, ", ")});
  rows.push_back({"  size", fmt::format("{} in {}", human_size(image.seen.size()),
                                        counted(image.seen.layers.size(), "layer"))});
  for (const auto& [name, text] : signature_rows(image.signatures))
    rows.push_back({"  " + name, displayable(text)});
  return displayable(image.said) + "\n" + table_text({}, rows);
}

json layers_json(const seen_image& image, const std::vector<oci_descriptor>& layers) {
  json all(json::array{});
  for (const oci_descriptor& each : layers)
    all.push(json()
                 .set("digest", oci_text(each.content))
                 .set("size", each.size)
                 .set("media_type", each.media_type)
                 .set("made_by", made_by(image, each.content)));
  return all;
}

std::string_view word_of(path_change::kind what) {
  return what == path_change::kind::added     ? "added"
         : what == path_change::kind::removed ? "removed"
                                              : "changed";
}
char mark_of(path_change::kind what) {
  return what == path_change::kind::added ? '+' : what == path_change::kind::removed ? '-' : '~';
}
std::string_view word_of(entry_kind kind) {
  return kind == entry_kind::file     ? "file"
         : kind == entry_kind::folder ? "folder"
         : kind == entry_kind::link   ? "link"
                                      : "device";
}

/// What stands behind the path of a change.
std::string about(const path_change& change) {
  if (change.what != path_change::kind::changed) {
    const image_file& file = change.what == path_change::kind::added ? change.after : change.before;
    return file.kind == entry_kind::file   ? human_size(file.size)
           : file.kind == entry_kind::link ? "→ " + displayable(file.link)
                                           : std::string(word_of(file.kind));
  }
  std::vector<std::string> said;
  for (const std::string& what : differences_of(change)) {
    if (what == "content")
      said.push_back(
          fmt::format("content, {} → {}", human_size(change.before.size), human_size(change.after.size)));
    else if (what == "mode")
      said.push_back(fmt::format("mode {:04o} → {:04o}", change.before.mode, change.after.mode));
    else if (what == "owner")
      said.push_back(fmt::format("owner {}:{} → {}:{}", change.before.user, change.before.group,
                                 change.after.user, change.after.group));
    else if (what == "link")
      said.push_back(fmt::format("→ {}", displayable(change.after.link)));
    else
      said.push_back(fmt::format("{} → {}", word_of(change.before.kind), word_of(change.after.kind)));
  }
  return joined(said, ", ");
}

json json_of(const image_file& file) {
  json one;
  one.set("kind", std::string(word_of(file.kind)));
  one.set("size", file.size);
  one.set("mode", fmt::format("{:04o}", file.mode));
  one.set("user", static_cast<std::int64_t>(file.user)).set("group", static_cast<std::int64_t>(file.group));
  one.set("digest", file.content ? json(oci_text(file.content)) : json());
  return one.set("link", file.link.empty() ? json() : json(file.link));
}

std::string config_text(const std::vector<image_difference::config_change>& changes) {
  std::string text = "config\n";
  for (const auto& [name, before, after] : changes) {
    if (!before.empty()) text += fmt::format("  - {} {}\n", displayable(name), displayable(before));
    if (!after.empty()) text += fmt::format("  + {} {}\n", displayable(name), displayable(after));
  }
  return text;
}

std::string layers_text(const image_difference& of) {
  std::string text = fmt::format("layers, {} in both\n", of.shared);
  for (const oci_descriptor& each : of.removed)
    text += fmt::format("  - {} {} {}\n", short_text(each.content), human_size(each.size),
                        made_by(of.before.seen, each.content));
  for (const oci_descriptor& each : of.added)
    text += fmt::format("  + {} {} {}\n", short_text(each.content), human_size(each.size),
                        made_by(of.after.seen, each.content));
  return text;
}

std::string packages_text(const std::vector<image_difference::package_change>& changes) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, before, after] : changes)
    rows.push_back({fmt::format("  {} {}",
                                before.empty()  ? '+'
                                : after.empty() ? '-'
                                                : '~',
                                displayable(name)),
                    displayable(before.empty()  ? after
                                : after.empty() ? before
                                                : before + " → " + after)});
  return fmt::format("packages, {} changed\n{}", changes.size(), table_text({}, rows));
}

std::string files_text(const std::vector<path_change>& files) {
  std::map<path_change::kind, std::size_t> counts;
  std::vector<std::vector<std::string>> rows;
  for (const path_change& each : files) {
    ++counts[each.what];
    rows.push_back({fmt::format("  {} /{}", mark_of(each.what), displayable(each.path)), about(each)});
  }
  return fmt::format("files, {} added, {} removed, {} changed\n{}", counts[path_change::kind::added],
                     counts[path_change::kind::removed], counts[path_change::kind::changed],
                     table_text({}, rows));
}

}  // namespace
}  // namespace driver_commands_image_page

std::string text_of(const shown_image& image) {
  using namespace driver_commands_image_page;
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < image.seen.layers.size(); ++i) {
    const oci_descriptor& layer = image.seen.layers[i];
    rows.push_back({std::to_string(i + 1), human_size(layer.size), short_text(layer.content),
                    displayable(image.seen.made_by[i])});
  }
  return head_of(image) + "\n" + table_text({"LAYER", "SIZE", "DIGEST", "MADE BY"}, rows);
}

json json_of(const shown_image& image) {
  using namespace driver_commands_image_page;
  json one;
  one.set("name", image.said).set("reference", image.reference);
  one.set("digest", oci_text(image.seen.named)).set("manifest", oci_text(image.seen.manifest));
  one.set("platform", image.seen.platform());
  one.set("platforms",
          json_texts(image.seen.platforms.empty() ? std::vector<std::string>{image.seen.platform()}
                                                  : image.seen.platforms));
  one.set("size", image.seen.size());
  one.set("created", image.seen.config["created"]);
  one.set("config", image.seen.config["config"]);
  one.set("signatures",
          members_of("by_key", image.signatures.by_key, "by_certificate", image.signatures.by_certificate));
  json provenance;
  if (const auto& told = image.signatures.provenance)
    provenance =
        members_of("build_type", told->build_type, "builder", told->builder, "pipeline", told->pipeline,
                   "image", told->image, "source", told->source, "commit", told->commit);
  one.set("provenance", std::move(provenance));
  return one.set("layers", layers_json(image.seen, image.seen.layers));
}

image_difference difference_of(shown_image before, shown_image after) {
  using namespace driver_commands_image_page;
  image_difference all;
  all.config = config_changes(before.seen, after.seen);
  all.removed = layers_only_in(before.seen, after.seen);
  all.added = layers_only_in(after.seen, before.seen);
  all.shared = after.seen.layers.size() - all.added.size();
  all.before = std::move(before);
  all.after = std::move(after);
  return all;
}

std::vector<image_difference::package_change> package_changes(const bill_of_materials& before,
                                                              const bill_of_materials& after) {
  using versions = std::map<std::string, std::set<std::string>>;
  const auto versions_of = [](const bill_of_materials& bill) {
    versions all;
    for (const sbom_component& each : bill.components) {
      if (each.version.empty()) continue;
      const bool has_space = !each.space.empty() && each.type != "deb" && each.type != "apk";
      all[fmt::format("{} {}", each.type.empty() ? "file" : each.type,
                      has_space ? each.space + "/" + each.name : each.name)]
          .insert(each.version);
    }
    return all;
  };
  const auto text = [](const versions& of, const std::string& name) {
    const auto found = of.find(name);
    return found == of.end()
               ? std::string()
               : joined(std::vector<std::string>(found->second.begin(), found->second.end()), ", ");
  };
  const versions old = versions_of(before), now = versions_of(after);
  std::set<std::string> names;
  for (const versions* each : {&old, &now})
    for (const auto& [name, all] : *each) names.insert(name);
  std::vector<image_difference::package_change> changes;
  for (const std::string& name : names)
    if (std::string had = text(old, name), has = text(now, name); had != has)
      changes.push_back({name, std::move(had), std::move(has)});
  return changes;
}

std::string text_of(const image_difference& difference) {
  using namespace driver_commands_image_page;
  const auto& [before, after] = std::pair(difference.before, difference.after);
  std::string text =
      fmt::format("- {} {}, {}\n+ {} {}, {}\n", displayable(before.said), short_text(before.seen.manifest),
                  human_size(before.seen.size()), displayable(after.said), short_text(after.seen.manifest),
                  human_size(after.seen.size()));
  if (difference.is_none()) return text + "the same image\n";
  if (!difference.config.empty()) text += "\n" + config_text(difference.config);
  text += "\n" + layers_text(difference);
  if (!difference.packages.empty()) text += "\n" + packages_text(difference.packages);
  return text + "\n" + files_text(difference.files);
}

json json_of(const image_difference& difference) {
  using namespace driver_commands_image_page;
  json config(json::array{}), files(json::array{});
  for (const auto& [name, before, after] : difference.config)
    config.push(json()
                    .set("what", name)
                    .set("before", before.empty() ? json() : json(before))
                    .set("after", after.empty() ? json() : json(after)));
  for (const path_change& each : difference.files) {
    json one;
    one.set("path", "/" + each.path).set("change", std::string(word_of(each.what)));
    one.set("differs", json_texts(each.what == path_change::kind::changed ? differences_of(each)
                                                                          : std::vector<std::string>()));
    one.set("before", each.what == path_change::kind::added ? json() : json_of(each.before));
    one.set("after", each.what == path_change::kind::removed ? json() : json_of(each.after));
    files.push(std::move(one));
  }
  json document;
  document.set("schema", 1).set("same", difference.is_none());
  document.set("before", cicd::json_of(difference.before)).set("after", cicd::json_of(difference.after));
  document.set("config", std::move(config));
  json packages(json::array{});
  for (const auto& [name, had, has] : difference.packages)
    packages.push(json()
                      .set("name", name)
                      .set("before", had.empty() ? json() : json(had))
                      .set("after", has.empty() ? json() : json(has)));
  document.set("packages", std::move(packages));
  document.set("layers", json()
                             .set("shared", static_cast<std::int64_t>(difference.shared))
                             .set("removed", layers_json(difference.before.seen, difference.removed))
                             .set("added", layers_json(difference.after.seen, difference.added)));
  return document.set("files", std::move(files));
}

}  // namespace cicd
