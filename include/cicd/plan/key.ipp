// The key of a step: its parts in a fixed order under one digest, and what differs between two.
#pragma once

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/plan/key.hpp>

namespace cicd {

namespace plan_key {

/// Raised whenever a step would come out otherwise although nothing that the walk names has changed.
constexpr std::string_view format = "2";
/// How a file of parts begins.
constexpr std::string_view parts_head{"cicd-parts-2\0", 13};

/// Feeds each part with the lengths of its texts, so that no two walks give the same bytes.
class hashing_sink : public key_sink {
 public:
  void take(std::string_view kind, std::string_view name, std::string_view value, std::string_view) override {
    buffer_ += fmt::format("{}:{}:{}:", kind.size(), name.size(), value.size());
    buffer_ += kind;
    buffer_ += name;
    buffer_ += value;
    if (buffer_.size() > 1U << 16U) flush();
  }
  digest finish() {
    flush();
    return hash_.finish();
  }

 private:
  void flush() {
    hash_.update(buffer_);
    buffer_.clear();
  }
  std::string buffer_;
  sha256_stream hash_;
};

/// Whether a part's value is made of digests already.
bool is_digest(std::string_view kind) {
  return kind == "input" || kind == "tool" || kind == "base" || kind == "upstream" || kind == "format";
}

/// The parts lie in a file: of a value, which may be a secret, only its digest is kept.
class keeping_sink : public key_sink {
 public:
  void take(std::string_view kind,
            std::string_view name,
            std::string_view value,
            std::string_view shown) override {
    parts.push_back({std::string(kind), std::string(name), std::string(value), std::string(shown)});
    if (is_digest(kind) || value.empty()) return;
    parts.back().value = hex(sha256(fmt::format("{}:{}:{}:{}", kind.size(), kind, name, value)));
  }
  key_parts parts;
};

void take_pairs(std::string_view kind,
                const std::vector<std::pair<std::string, std::string>>& pairs,
                key_sink& sink) {
  for (const auto& [name, value] : pairs) sink.take(kind, name, value, {});
}

void take_patterns(std::string_view kind, const std::vector<path_pattern>& patterns, key_sink& sink) {
  for (const path_pattern& pattern : patterns) sink.take(kind, pattern.view(), {}, {});
}

void walk_command(const step& declared, const observed_step& seen, key_sink& sink) {
  for (std::size_t at = 0; at < seen.words.size(); ++at)
    sink.take("command", std::to_string(at), seen.words[at], {});
  if (declared.shell) sink.take("shell", {}, declared.shell.view(), {});
  if (declared.in_source) sink.take("in-source", {}, {}, {});
  take_patterns("output", declared.outputs, sink);
  take_patterns("report", declared.reports, sink);
  take_patterns("finding", declared.findings, sink);
  take_patterns("finding", declared.sarif, sink);
  for (const auto* names : {&declared.output_values, &declared.secret_output_values})
    for (const value_name& each : *names)
      sink.take("value of its own", each.view(), declared.output_values_in.view(), {});
}

/// A value where it fits into a line.
std::string_view shown_of(std::string_view value) {
  constexpr std::size_t longest = 60;
  return value.size() <= longest && value.find('\n') == value.npos ? value : std::string_view();
}

std::string words_together(const std::vector<text>& words) {
  std::string together;
  for (const text& word : words) together += word.str() + '\x1f';
  return together;
}

/// That a secret is used, and its version; never its value.
void walk_secrets(const graph_step& step, key_sink& sink) {
  for (const assignment& each : step.command()->secret_values)
    sink.take("secret", each.value, each.name.str() + (step.command()->as_file ? " file" : ""), {});
  for (const secret_use& use : step.command()->secrets) {
    const auto& all = step.pipeline->declared.secrets;
    const auto found = std::ranges::find(all, use.secret, &secret::name);
    const std::string version = found == all.end() ? std::string() : found->version.str();
    sink.take(
        "secret", use.secret.view(),
        use.variable_for(step.command()->as_file) + (step.command()->as_file ? " file " : " ") + version,
        version);
  }
}

void walk_image(const image& declared, key_sink& sink) {
  sink.take("image", "base", declared.base.view(), {});
  if (declared.dockerfile) {
    sink.take("image", "Dockerfile", declared.dockerfile.view(), {});
    sink.take("image", "context", declared.context.view(), {});
    sink.take("image", "target", declared.target.view(), {});
    // Without one its own counts.
    sink.take("image", "given user", declared.user ? "declared" : "", {});
    for (const assignment& one : declared.args) sink.take("image argument", one.name.view(), one.value, {});
  }
  sink.take("image", "jar", declared.jar.view(), {});
  for (const platform_name each : declared.platforms) sink.take("image platform", each.view(), {}, {});
  for (const file_mapping& file : declared.files) sink.take("image file", file.from.view(), file.to, {});
  sink.take("image", "entry point", words_together(declared.entrypoint), {});
  sink.take("image", "arguments", words_together(declared.arguments), {});
  for (const assignment& variable : declared.env)
    sink.take("image variable", variable.name.view(), variable.value, {});
  for (const label& one : declared.labels) sink.take("image label", one.key.view(), one.value, {});
  sink.take("image", "user", std::to_string(declared.user.number()), {});
  sink.take("image", "working directory", declared.working_directory.view(), {});
  sink.take("image", "port", std::to_string(declared.port.number()), {});
}

/// `sha256:1a2b3c4d5e6f` of what ends in a digest.
std::string short_digest(const std::string& reference) {
  return reference.substr(std::min(reference.find('@') + 1, reference.size())).substr(0, 19);
}

void walk_function(const zip_function& declared, key_sink& sink) {
  sink.take("zip", "of", declared.zip.view(), {});
  sink.take("zip", "config", declared.config.view(), {});
  sink.take("zip", "functions", words_together(declared.functions), {});
}

void walk_files(const file_group& declared, key_sink& sink) {
  for (const path_pattern& each : declared.files) sink.take("files", each.view(), {}, {});
}

}  // namespace plan_key

void walk_key(const graph_step& step,
              const observed_step& seen,
              std::span<const upstream_result> upstream,
              key_sink& sink) {
  sink.take("format", {}, plan_key::format, {});
  for (const observed_file& file : seen.inputs)
    sink.take("input", file.path, fmt::format("{:o} {}", file.mode, hex(file.content)), {});
  if (step.command() != nullptr) plan_key::walk_command(*step.command(), seen, sink);
  if (step.declared_image() != nullptr) plan_key::walk_image(*step.declared_image(), sink);
  if (step.declared_function() != nullptr) plan_key::walk_function(*step.declared_function(), sink);
  if (step.declared_files() != nullptr) plan_key::walk_files(*step.declared_files(), sink);
  for (const tool_identity& tool : seen.tools) sink.take("tool", tool.name, hex(tool.identity), tool.version);
  for (const observed_base& base : seen.bases)
    sink.take("base", base.reference, hex(sha256(base.pinned)), plan_key::short_digest(base.pinned));
  plan_key::take_pairs("variable", seen.variables, sink);
  plan_key::take_pairs("assignment", seen.assignments, sink);
  plan_key::take_pairs("settings", seen.settings, sink);
  if (step.command() != nullptr) plan_key::walk_secrets(step, sink);
  for (const upstream_result& before : upstream) {
    sink.take("upstream", before.id, hex(before.outputs), {});
    for (const auto& [written, value] : before.values)
      sink.take("value", written, value, plan_key::shown_of(value));
  }
}

namespace plan_key {

/// Hands on with other folders in texts.
class renaming_sink : public key_sink {
 public:
  renaming_sink(key_sink& to, const renamed_folders& renamed) : to_(to), renamed_(renamed) {}
  void take(std::string_view kind,
            std::string_view name,
            std::string_view value,
            std::string_view shown) override {
    if (renamed_.empty()) return to_.take(kind, name, value, shown);
    to_.take(kind, with_others(name), with_others(value), shown);
  }

 private:
  std::string with_others(std::string_view text) const {
    std::string changed(text);
    for (const auto& [from, to] : renamed_) changed = replaced_all(std::move(changed), from, to);
    return changed;
  }
  key_sink& to_;
  const renamed_folders& renamed_;
};

}  // namespace plan_key

digest key_of(const graph_step& step,
              const observed_step& seen,
              std::span<const upstream_result> upstream,
              const renamed_folders& renamed) {
  plan_key::hashing_sink sink;
  plan_key::renaming_sink through(sink, renamed);
  walk_key(step, seen, upstream, through);
  return sink.finish();
}

key_parts parts_of(const graph_step& step,
                   const observed_step& seen,
                   std::span<const upstream_result> upstream,
                   const renamed_folders& renamed) {
  plan_key::keeping_sink sink;
  plan_key::renaming_sink through(sink, renamed);
  walk_key(step, seen, upstream, through);
  return std::move(sink.parts);
}

namespace plan_key {

using named_parts = std::map<std::pair<std::string_view, std::string_view>, const key_part*>;

/// Parts by kind and name; where a name comes several times (an entry point's words) the values are told
/// apart by count.
named_parts by_name(const key_parts& parts) {
  named_parts named;
  for (const key_part& part : parts) named[{part.kind, part.name}] = &part;
  return named;
}

std::string person_name(const key_part& part) {
  if (part.kind == "tool" && (part.name == "java" || part.name == "javac")) return "the JDK";
  if (part.kind == "tool") return part.name;
  if (part.kind == "input") return part.name;
  if (part.kind == "base") return fmt::format("the base {}", part.name);
  if (part.kind == "image argument") return fmt::format("the image's ARGS {}", part.name);
  if (part.kind == "variable" || part.kind == "assignment") return fmt::format("the variable {}", part.name);
  if (part.kind == "settings") return part.name;
  if (part.kind == "secret") return fmt::format("the secret {}", part.name);
  if (part.kind == "upstream") return fmt::format("the outputs of {}", part.name);
  if (part.kind == "output") return fmt::format("the output '{}'", part.name);
  if (part.kind == "finding" || part.kind == "report") return fmt::format("the report '{}'", part.name);
  if (part.kind == "image") return fmt::format("the image's {}", part.name);
  if (part.kind == "image platform") return fmt::format("the image's platform {}", part.name);
  if (part.kind == "image file") return fmt::format("the image's file '{}'", part.name);
  if (part.kind == "image variable") return fmt::format("the image's variable {}", part.name);
  if (part.kind == "image label") return fmt::format("the image's label {}", part.name);
  if (part.kind == "value") return fmt::format("the value {}", part.name);
  if (part.kind == "value of its own") return fmt::format("the value '{}' of its own", part.name);
  if (part.kind == "format") return "cicd's own format";
  return "the command";
}

std::string changed_text(const key_part& before, const key_part& now) {
  const std::string name = person_name(now);
  if (!before.shown.empty() && !now.shown.empty() && before.shown != now.shown)
    return fmt::format("{} changed from {} to {}", name, before.shown, now.shown);
  return fmt::format("{} changed", name);
}

/// What comes first when only three fit: inputs, then what the declaration says, then the surroundings.
int rank(const std::string& kind) {
  if (kind == "input") return 0;
  if (kind == "command" || kind == "shell" || kind == "in-source") return 1;
  if (kind == "tool") return 2;
  if (kind == "upstream") return 4;
  return 3;
}

std::vector<std::string> at_most_three(std::vector<std::pair<int, std::string>> causes) {
  std::ranges::stable_sort(causes, {}, &std::pair<int, std::string>::first);
  std::vector<std::string> said;
  for (const auto& [order, cause] : causes)
    if (std::ranges::find(said, cause) == said.end()) said.push_back(cause);
  if (said.size() > 3) {
    const std::size_t more = said.size() - 3;
    said.resize(3);
    said.push_back(fmt::format("and {} more", more));
  }
  return said;
}

}  // namespace plan_key

std::vector<std::string> reasons_between(const key_parts& before, const key_parts& now) {
  const plan_key::named_parts old_parts = plan_key::by_name(before);
  const plan_key::named_parts new_parts = plan_key::by_name(now);
  std::vector<std::pair<int, std::string>> causes;
  for (const auto& [name, part] : new_parts) {
    const auto old = old_parts.find(name);
    if (old == old_parts.end())
      causes.emplace_back(plan_key::rank(part->kind),
                          plan_key::person_name(*part) + (part->kind == "command" ? " changed" : " is new"));
    else if (old->second->value != part->value)
      causes.emplace_back(plan_key::rank(part->kind), plan_key::changed_text(*old->second, *part));
  }
  for (const auto& [name, part] : old_parts)
    if (!new_parts.contains(name))
      causes.emplace_back(plan_key::rank(part->kind),
                          plan_key::person_name(*part) + (part->kind == "command" ? " changed" : " is gone"));
  return plan_key::at_most_three(std::move(causes));
}

std::string text_of(const key_parts& parts) {
  std::string kept(plan_key::parts_head);
  for (const key_part& part : parts)
    for (const std::string* piece : {&part.kind, &part.name, &part.value, &part.shown}) {
      kept += *piece;
      kept += '\0';
    }
  return kept;
}

key_parts key_parts_from(std::string_view text) {
  if (!text.starts_with(plan_key::parts_head)) return {};
  text.remove_prefix(plan_key::parts_head.size());
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const auto end = text.find('\0');
    if (end == std::string_view::npos) return {};
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (pieces.size() % 4 != 0) return {};
  key_parts parts;
  for (std::size_t at = 0; at < pieces.size(); at += 4)
    parts.push_back({pieces[at], pieces[at + 1], pieces[at + 2], pieces[at + 3]});
  return parts;
}

}  // namespace cicd
