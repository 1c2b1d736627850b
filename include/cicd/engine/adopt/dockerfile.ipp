// Stages, variables and what each instruction means for the container.
#pragma once

#include <cicd/engine/adopt/dockerfile.hpp>

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/engine/adopt/dockerfile_words.hpp>
#include <cicd/engine/adopt/secrets.hpp>

namespace cicd::source_files {

namespace engine_adopt_dockerfile {
namespace {

using value = dockerfile_value;
using variables = dockerfile_variables;

constexpr std::size_t most_substituted = 1'000'000;  // of all values together
constexpr std::size_t most_values = 1'000;

/// The exec form's words, or those of the shell's.
std::string command_text(const std::string& text) {
  const result<json> list = text.starts_with('[') ? parse_json(text) : result<json>(json());
  return list && list->is_array() ? shell_quoted(list->texts()) : text;
}

std::optional<int> port_in(std::string_view text) {
  int port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  return problem == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536
             ? std::optional(port)
             : std::nullopt;
}

/// `http://localhost:8080/health` among the words of a command that asks by HTTP.
std::optional<dockerfile::health_request> request_in(const std::string& command, int line) {
  const bool asks = command.find("curl") != command.npos || command.find("wget") != command.npos;
  const auto words = words_of(command);
  if (!asks || !words) return std::nullopt;
  for (std::string_view word : *words) {
    if (word.starts_with("http://")) word.remove_prefix(7);
    const auto host = word.substr(0, word.find_first_of(":/"));
    if (host != "localhost" && host != "127.0.0.1" && host != "0.0.0.0") continue;
    const auto slash = word.find('/');
    const std::string_view path = slash == word.npos ? "/" : word.substr(slash);
    const std::string_view port = word.substr(host.size(), std::min(slash, word.size()) - host.size());
    const auto number = port.empty() ? std::optional(80) : port_in(port.substr(1));
    if (number && url_path::accepts(path))
      return dockerfile::health_request{std::string(path), *number, line};
  }
  return std::nullopt;
}

/// A stage of a file: where its instructions are, and the stage that it is made from.
struct stage {
  std::string name;
  std::size_t begin = 0, end = 0;
  std::optional<std::size_t> base{};
};

class reader {
 public:
  explicit reader(std::string path) { said_.path = path_ = std::move(path); }

  /// Only what the last stage stands on is taken, each stage once.
  dockerfile read(std::string_view text) {
    all_ = instructions_in(text);
    std::size_t at = 0;
    for (; at < all_.size() && all_[at].name != "FROM"; ++at) take_before(all_[at]);
    find_stages(at);
    if (stages_.empty()) skip(0, "this is not a Dockerfile: it has no FROM");
    if (!stages_.empty()) {
      const std::string& name = stages_.back().name;
      said_.stage = fact{"STAGE", name.empty() ? std::to_string(stages_.size() - 1) : name, 0};
    }
    for (const std::size_t each : chain())
      for (at = stages_[each].begin; at < stages_[each].end; ++at) take(all_[at]);
    if (!all_.empty() && !all_.back().open_end.empty())
      skip(all_.back().line, "a here-document that does not end: " + all_.back().open_end);
    if (made_from_ > 0)
      skip(made_from_, fmt::format("how its image is made, to line {}: RUN, COPY and ADD; what they install "
                                   "is not in the image of the template",
                                   made_to_));
    return std::move(said_);
  }

 private:
  void skip(int line, std::string what, std::string help = {}) {
    said_.unread.push_back(
        {line > 0 ? fmt::format("{}:{}", path_, line) : path_, std::move(what), std::move(help)});
  }

  void take_before(const instruction& each) {
    if (each.name == "ARG") return take_argument(each, global_);
    skip(each.line, each.name + " before the first FROM");
  }

  void find_stages(std::size_t at) {
    std::map<std::string, std::size_t> by_name;
    for (; at < all_.size(); ++at) {
      if (all_[at].name == "FROM") {
        stages_.push_back(begun_by(all_[at], at + 1, by_name));
        if (!stages_.back().name.empty()) by_name[stages_.back().name] = stages_.size() - 1;
      }
      stages_.back().end = at + 1;
    }
  }
  stage begun_by(const instruction& each,
                 std::size_t begin,
                 const std::map<std::string, std::size_t>& by_name) const {
    std::vector<std::string> plain = words_of(each.text).value_or(std::vector<std::string>());
    std::erase_if(plain, [](const std::string& word) { return word.starts_with("--"); });
    const std::string from = plain.empty() ? "" : plain.front();
    const auto base = by_name.find(lower(substituted(from, global_).value_or(value{from}).text));
    return {plain.size() == 3 ? lower(plain[2]) : "", begin, begin,
            base == by_name.end() ? std::nullopt : std::optional(base->second)};
  }
  /// The stages that the last one stands on, and it, the first first.
  std::vector<std::size_t> chain() const {
    std::vector<std::size_t> made;
    for (std::optional<std::size_t> at = stages_.empty() ? std::nullopt : std::optional(stages_.size() - 1);
         at; at = stages_[*at].base)
      made.push_back(*at);
    std::ranges::reverse(made);
    return made;
  }

  void take(const instruction& each) {
    if (each.name == "ARG") return take_argument(each, known_);
    if (each.name == "RUN" || each.name == "COPY" || each.name == "ADD") {
      if (made_from_ == 0) made_from_ = each.line;
      made_to_ = each.line;
      return;
    }
    if (each.name == "ENTRYPOINT" || each.name == "CMD") return take_command(each);
    if (each.name == "HEALTHCHECK") return take_health(each);
    if (each.name == "ENV") return take_variables(each);
    if (each.name == "LABEL" || each.name == "MAINTAINER" || each.name == "WORKDIR") return;
    if (each.name == "EXPOSE" || each.name == "USER") return take_value(each);
    const std::string shown = holds_secret(each.text) ? "…" : each.text.substr(0, 80);
    skip(each.line, fmt::format("{} {}", each.name, shown));
  }

  void take_value(const instruction& each) {
    const auto words = words_of(each.text);
    const std::optional<value> text = value_of(words ? joined(*words, " ") : each.text);
    if (!text)
      return skip(each.line,
                  fmt::format("{} {}: a variable without a default", each.name, each.text.substr(0, 80)));
    if (text->is_secret) return skip(each.line, each.name + ": a secret is put into it");
    if (each.name == "EXPOSE") return take_ports(text->text, each.line);
    said_.user = fact{"USER", text->text.substr(0, text->text.find(':')), each.line};
  }

  /// What a text stands for, as long as all together do not grow too much.
  std::optional<value> value_of(std::string_view text, const variables& known) {
    if (substituted_ > most_substituted) return std::nullopt;
    std::optional<value> made = substituted(text, known);
    if (made) substituted_ += made->text.size();
    return made;
  }
  std::optional<value> value_of(std::string_view text) { return value_of(text, known_); }

  void take_argument(const instruction& each, variables& to) {
    for (const std::string& word : words_of(each.text).value_or(std::vector<std::string>())) {
      const auto equals = word.find('=');
      const std::string name = word.substr(0, equals);
      if (equals != word.npos) {
        if (auto made = value_of(word.substr(equals + 1), to)) to[name] = *std::move(made);
      } else if (const auto found = global_.find(name); found != global_.end()) {
        to[name] = found->second;
      }
    }
  }

  void take_command(const instruction& each) {
    fact made{each.name, command_text(each.text), each.line};
    if (each.name == "ENTRYPOINT") said_.command.reset();
    (each.name == "CMD" ? said_.command : said_.entrypoint) = std::move(made);
  }

  void take_health(const instruction& each) {
    said_.health.reset();
    const auto command = each.text.find("CMD");
    if (command == each.text.npos) return;
    const std::string text = command_text(std::string(trimmed(each.text.substr(command + 3))));
    const std::optional<value> whole = value_of(text);
    said_.health = whole && !whole->is_secret ? request_in(whole->text, each.line) : std::nullopt;
    if (!said_.health)
      skip(each.line, "HEALTHCHECK does not ask this container by HTTP",
           "READY /<path> of pipeline_service()");
  }

  void take_variables(const instruction& each) {
    auto words = words_of(each.text);
    if (!words) return skip(each.line, "ENV: a quote is not closed");
    const bool is_old = !words->empty() && words->front().find('=') == std::string::npos;
    if (is_old) {
      const auto blank = each.text.find_first_of(" \t");
      *words = {words->front() + "="
                + (blank == each.text.npos ? "" : std::string(trimmed(each.text.substr(blank))))};
    }
    // Docker puts what was known before the instruction into each of its values.
    variables made;
    for (const std::string& word : *words) take_variable(word, each.line, made);
    for (auto& [name, one] : made) known_[name] = std::move(one);
  }

  void take_variable(const std::string& word, int line, variables& to) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (equals == word.npos) return skip(line, "ENV " + name + " has no value");
    std::optional<value> made = value_of(word.substr(equals + 1));
    if (!made)
      return skip(line, "ENV " + name + ": a variable without a default, or a value that is too long");
    std::erase_if(said_.env, [&](const fact& one) { return one.key == name; });
    made->is_secret = made->is_secret || is_secret(name, made->text);
    if (made->is_secret)
      said_.unread.push_back(secret_at(fmt::format("{}:{}", path_, line), "ENV " + name, name));
    else if (said_.env.size() < most_values)
      said_.env.push_back({name, made->text, line});
    else
      skip(line, fmt::format("ENV {}: more than {} variables", name, most_values));
    to[name] = *std::move(made);
  }

  void take_ports(const std::string& text, int line) {
    for (const std::string& word : words_of(text).value_or(std::vector<std::string>())) {
      const std::string_view number = std::string_view(word).substr(0, word.find('/'));
      const bool is_tcp = word.find('/') == word.npos || word.ends_with("/tcp");
      if (!port_in(number) || !is_tcp)
        skip(line, "EXPOSE " + word, "PORTS of pipeline_service()");
      else if (said_.ports.size() < most_values
               && std::ranges::find(said_.ports, number, &fact::value) == said_.ports.end())
        said_.ports.push_back({"EXPOSE", std::string(number), line});
    }
  }

  std::string path_;
  std::vector<instruction> all_;
  std::vector<stage> stages_;
  variables global_, known_;
  std::size_t substituted_ = 0;
  int made_from_ = 0, made_to_ = 0;  // the lines of RUN, COPY and ADD
  dockerfile said_;
};

}  // namespace
}  // namespace engine_adopt_dockerfile

file_facts dockerfile::facts() const {
  file_facts all{.path = path};
  all.facts = ports;
  for (const auto* each : {&user, &stage, &entrypoint, &command})
    if (*each) all.facts.push_back(**each);
  const std::string first = entrypoint ? entrypoint->value : "", second = command ? command->value : "";
  if (entrypoint || command)
    all.add("START",
            first.empty()    ? second
            : second.empty() ? first
                             : first + " " + second,
            command ? command->line : entrypoint->line);
  return all;
}

dockerfile read_dockerfile(const std::string& path, std::string_view text) {
  return engine_adopt_dockerfile::reader(path).read(text);
}

}  // namespace cicd::source_files
