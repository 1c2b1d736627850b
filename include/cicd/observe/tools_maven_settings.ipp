// Maven's settings without its secrets, by a scanner of our own: it must not fail on text that is not quite
// XML, and must not let a secret through because of it.
#pragma once

#include <cicd/observe/tools.hpp>

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/observe/maven_snapshots.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace observing::maven_text {
namespace {

// Also names of properties, such as `gpg.passphrase` or `sonar.token`. One too many only makes the key know
// less.
bool is_secret(std::string_view element) {
  constexpr std::array<std::string_view, 8> parts = {"password", "passphrase", "username",   "privatekey",
                                                     "secret",   "token",      "credential", "apikey"};
  const auto name = lower(element.substr(element.rfind(':') + 1));
  return name == "servers" || std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
           return name.find(part) != name.npos;
         });
}

// The text without `user:password@` in addresses.
std::string without_logins(std::string_view text) {
  std::string kept;
  for (auto start = text.find("//"); start != text.npos; start = text.find("//")) {
    kept += text.substr(0, start + 2);
    text.remove_prefix(start + 2);
    const auto authority = text.substr(0, text.find_first_of("/?# \t\r\n"));
    if (const auto at = authority.rfind('@'); at != authority.npos) text.remove_prefix(at + 1);
  }
  return kept.append(text);
}

/// Reads markup from left to right; what it does not understand is text.
class settings_scanner {
 public:
  explicit settings_scanner(std::string_view text) : rest_(text) {}

  // Everything but comments, instructions, attributes, white space between elements, and secret elements with
  // all in them.
  std::string public_text() {
    std::string kept;
    while (!rest_.empty()) {
      if (skip("<!--", "-->") || skip("<?", "?>")) continue;
      if (rest_.starts_with("<![CDATA["))
        kept += without_logins(until("]]>"));
      else if (rest_.front() == '<')
        take_element(kept);
      else
        kept += without_logins(trimmed(taken(rest_.find('<'))));
    }
    return kept;
  }

 private:
  std::string_view taken(std::size_t size) {
    const auto text = rest_.substr(0, size);
    rest_.remove_prefix(text.size());
    return text;
  }

  std::string_view until(std::string_view end) {
    const auto at = rest_.find(end);
    return taken(at == rest_.npos ? at : at + end.size());
  }

  bool skip(std::string_view begin, std::string_view end) {
    if (!rest_.starts_with(begin)) return false;
    until(end);
    return true;
  }

  // Up to the first `>` that is not quoted. A `<` cannot be quoted: where there is one the quotes are no
  // quotes.
  std::string_view tag() {
    char quote = 0;
    for (std::size_t at = 1; at < rest_.size() && rest_[at] != '<'; ++at) {
      if (quote == 0 && rest_[at] == '>') return taken(at + 1);
      if (quote != 0 ? rest_[at] == quote : rest_[at] == '"' || rest_[at] == '\'')
        quote = quote != 0 ? 0 : rest_[at];
    }
    return until(">");
  }

  static std::string_view name_of(std::string_view tag) {
    tag.remove_prefix(std::min<std::size_t>(tag.size(), tag.starts_with("</") ? 2 : 1));
    return tag.substr(0, tag.find_first_of(" \t\r\n/><"));
  }

  void take_element(std::string& kept) {
    const auto whole = tag();
    const auto name = name_of(whole);
    const bool ends = whole.starts_with("</"), is_empty = whole.ends_with("/>");
    if (is_secret(name)) {
      if (!ends && !is_empty) skip_to_end_of(name);
      return;
    }
    kept.append(ends ? "</" : "<").append(name).append(is_empty ? "/>" : ">");
  }

  // The matching end, also with elements of the same name inside; without one, all that is left is secret.
  void skip_to_end_of(std::string_view name) {
    for (int depth = 1; depth > 0 && !rest_.empty();) {
      taken(rest_.find('<'));
      if (rest_.empty() || skip("<!--", "-->") || skip("<![CDATA[", "]]>")) continue;
      const auto inner = tag();
      if (name_of(inner) == name && !inner.ends_with("/>")) depth += inner.starts_with("</") ? -1 : 1;
    }
  }

  std::string_view rest_;
};

result<std::string> public_settings(const std::string& label, const std::string& path) {
  const auto text = read_file_if_there(path);
  if (!text) return text.error();
  if (!*text) return std::string();
  return label + "\n" + settings_scanner(**text).public_text() + "\n";
}

// What lies in the `.mvn` that Maven takes for a project without one: that of the nearest folder above. By
// digest, since options may hold secrets.
result<std::string> parents_options(const std::string& project) {
  std::string all, folder = normal_path(project);
  if (project.empty() || is_folder(folder + "/.mvn")) return all;
  while (!folder.empty() && !is_folder(folder + "/.mvn"))
    folder.resize(folder.rfind('/') == folder.npos ? 0 : folder.rfind('/'));
  for (const auto* name : {"maven.config", "jvm.config", "extensions.xml"}) {
    const auto text = folder.empty() ? result<std::optional<std::string>>(std::nullopt)
                                     : read_below_if_there(folder, std::string(".mvn/") + name);
    if (!text) return text.error();
    if (*text) all += std::string(".mvn/") + name + " " + hex(sha256(**text)) + "\n";
  }
  return all;
}

/// The folders in which Maven looks for the user's files: Java's is that of the user database, the scripts'
/// that of HOME.
std::vector<std::string> homes_of(const surroundings& around) {
  std::vector<std::string> homes{around.home()};
  if (!around.account_home().empty() && around.account_home() != homes.front())
    homes.push_back(around.account_home());
  return homes;
}

result<std::string> settings_text(const reading_place& place, const surroundings& around) {
  const auto program = real_path(place.program).value_or(place.program);
  const auto slash = program.rfind("/bin/");
  std::vector<std::pair<std::string, std::string>> files;
  if (slash != program.npos)
    for (const char* name : {"settings.xml", "toolchains.xml"})
      files.emplace_back("global", program.substr(0, slash) + "/conf/" + name);
  for (const std::string& home : homes_of(around))
    for (const char* name : {"settings.xml", "toolchains.xml", "extensions.xml"})
      files.emplace_back("user", home + "/.m2/" + name);
  std::string all;
  for (const auto& [label, path] : files) {
    const auto text = public_settings(label, path);
    if (!text) return text;
    all += *text;
  }
  return all;
}

/// What the scripts that start Maven read first. By digest, since options may hold secrets.
result<std::string> start_files(const surroundings& around) {
  std::vector<std::string> paths{"/etc/mavenrc", "/usr/local/etc/mavenrc"};
  for (const std::string& home : homes_of(around)) paths.push_back(home + "/.mavenrc");
  std::string all;
  for (const std::string& path : paths) {
    const auto text = read_file_if_there(path);
    if (!text) return text.error();
    if (*text) all += path.substr(path.rfind('/') + 1) + " " + hex(sha256(**text)) + "\n";
  }
  return all;
}

}  // namespace
}  // namespace observing::maven_text

result<read_elsewhere> read_elsewhere_by(std::string_view name,
                                         const reading_place& place,
                                         const surroundings& around,
                                         file_index& index) {
  constexpr std::array<std::string_view, 4> mavens{"mvn", "mvnw", "mvnd", "mvnDebug"};
  if (std::ranges::find(mavens, name.substr(name.rfind('/') + 1)) == mavens.end()) return read_elsewhere();
  auto settings = observing::maven_text::settings_text(place, around);
  if (!settings) return std::move(settings).error();
  auto options = observing::maven_text::parents_options(place.in_source ? place.source : std::string());
  if (!options) return std::move(options).error();
  auto start = observing::maven_text::start_files(around);
  if (!start) return std::move(start).error();
  read_elsewhere all{{"Maven's settings", *settings + *options + *start}};
  for (auto& snapshot : observing::maven_snapshots_of(place.source,
                                                      place.maven_repository.empty()
                                                          ? observing::maven_repository(place.source, around)
                                                          : place.maven_repository,
                                                      index))
    all.push_back(std::move(snapshot));
  return all;
}

}  // namespace cicd
