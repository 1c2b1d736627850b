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

namespace cicd::source_files {

namespace engine_adopt_dockerfile {
namespace {

using variables = std::map<std::string, std::string, std::less<>>;

/// The words of a shell's line, quotes taken off; nothing where a quote is not closed.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_blank = quote == 0 && (c == ' ' || c == '\t');
    if (is_blank) in_word = false;
    if (is_blank) continue;
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
    else if (c == '\\' && quote != '\'' && at + 1 < text.size())
      words.back().append({c, text[++at]});
    else
      words.back() += quote == '\'' && c == '$' ? std::string("\\$") : std::string(1, c);
  }
  return quote == 0 ? std::optional(words) : std::nullopt;
}

/// `$NAME`, `${NAME}`, `${NAME:-default}` replaced; nothing where a variable has no value here.
std::optional<std::string> substituted(std::string_view text, const variables& known) {
  std::string made;
  const auto is_name = [](char c) { return detail::is_alnum_lower(c) || detail::is_upper(c) || c == '_'; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      made += text[++at];
      continue;
    }
    if (text[at] != '$') {
      made += text[at];
      continue;
    }
    const bool braced = text.substr(at + 1).starts_with('{');
    const std::size_t start = at + (braced ? 2 : 1);
    std::size_t end = start;
    while (end < text.size() && is_name(text[end])) ++end;
    const auto found = known.find(text.substr(start, end - start));
    if (!braced && end == start) {
      made += '$';
      continue;
    }
    if (!braced) {
      if (found == known.end()) return std::nullopt;
      made += found->second;
      at = end - 1;
      continue;
    }
    const std::size_t close = text.find('}', end);
    const std::string_view rest = close == text.npos ? "?" : text.substr(end, close - end);
    if (rest.empty() ? found == known.end() : !rest.starts_with(":-")) return std::nullopt;
    const bool has_value = found != known.end() && (rest.empty() || !found->second.empty());
    if (!has_value && rest.find('$') != rest.npos) return std::nullopt;
    made += has_value ? found->second : std::string(rest.substr(2));
    at = close;
  }
  return made;
}

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

struct stage {
  std::string name;
  dockerfile said;
  variables known;
  int made_from = 0, made_to = 0;  // the lines of RUN, COPY and ADD
};

class reader {
 public:
  explicit reader(std::string path) { current_.said.path = path_ = std::move(path); }

  dockerfile read(std::string_view text) {
    for (const instruction& each : instructions_in(text)) take(each);
    if (stages_ == 0) skip(0, "this is no Dockerfile: it has no FROM");
    if (current_.made_from > 0)
      skip(
          current_.made_from,
          fmt::format("how its image is made, to line {}: RUN, COPY and ADD; what they install is not in the "
                      "image of the template",
                      current_.made_to));
    return std::move(current_.said);
  }

 private:
  void skip(int line, std::string what, std::string help = {}) {
    current_.said.unread.push_back(
        {line > 0 ? fmt::format("{}:{}", path_, line) : path_, std::move(what), std::move(help)});
  }

  void take(const instruction& each) {
    if (each.name == "FROM") return begin_stage(each);
    if (each.name == "ARG") return take_argument(each);
    if (stages_ == 0) return skip(each.line, each.name + " before the first FROM");
    if (each.name == "RUN" || each.name == "COPY" || each.name == "ADD") {
      if (current_.made_from == 0) current_.made_from = each.line;
      current_.made_to = each.line;
      return;
    }
    if (each.name == "ENTRYPOINT" || each.name == "CMD") return take_command(each);
    if (each.name == "HEALTHCHECK") return take_health(each);
    if (each.name == "ENV") return take_variables(each);
    if (each.name == "LABEL" || each.name == "MAINTAINER" || each.name == "WORKDIR") return;
    const std::optional<std::string> text = substituted(each.text, current_.known);
    if (!text)
      return skip(each.line, fmt::format("{} {}: a variable without a default", each.name, each.text));
    if (each.name == "EXPOSE") return take_ports(*text, each.line);
    if (each.name == "USER")
      return void(current_.said.user = fact{"USER", text->substr(0, text->find(':')), each.line});
    skip(each.line, fmt::format("{} {}", each.name, each.text.substr(0, 80)));
  }

  void begin_stage(const instruction& each) {
    if (stages_++ > 0) done_.push_back(std::move(current_));
    const auto words = words_of(each.text).value_or(std::vector<std::string>());
    std::vector<std::string> plain;
    for (const std::string& word : words)
      if (!word.starts_with("--")) plain.push_back(word);
    const std::string base = plain.empty() ? "" : substituted(plain.front(), global_).value_or(plain.front());
    const auto before = std::find_if(done_.rbegin(), done_.rend(), [&](const stage& one) {
      return !one.name.empty() && one.name == lower(base);
    });
    current_ = before == done_.rend() ? stage() : *before;
    current_.said.path = path_;
    current_.name = plain.size() == 3 ? lower(plain[2]) : "";
  }

  void take_argument(const instruction& each) {
    for (const std::string& word : words_of(each.text).value_or(std::vector<std::string>())) {
      const auto equals = word.find('=');
      const std::string name = word.substr(0, equals);
      variables& to = stages_ == 0 ? global_ : current_.known;
      if (equals != word.npos) {
        if (auto value = substituted(word.substr(equals + 1), to)) to[name] = *std::move(value);
      } else if (const auto found = global_.find(name); found != global_.end()) {
        to[name] = found->second;
      }
    }
  }

  void take_command(const instruction& each) {
    fact made{each.name, command_text(each.text), each.line};
    if (each.name == "ENTRYPOINT") current_.said.command.reset();
    (each.name == "CMD" ? current_.said.command : current_.said.entrypoint) = std::move(made);
  }

  void take_health(const instruction& each) {
    current_.said.health.reset();
    const auto command = each.text.find("CMD");
    if (command == each.text.npos) return;
    const std::string text = command_text(std::string(trimmed(each.text.substr(command + 3))));
    const std::optional<std::string> whole = substituted(text, current_.known);
    current_.said.health = whole ? request_in(*whole, each.line) : std::nullopt;
    if (!current_.said.health)
      skip(each.line, "HEALTHCHECK is no request by HTTP to this container",
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
    for (const std::string& word : *words) take_variable(word, each.line);
  }

  void take_variable(const std::string& word, int line) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (equals == word.npos) return skip(line, "ENV " + name + " has no value");
    const auto value = substituted(word.substr(equals + 1), current_.known);
    if (!value) return skip(line, "ENV " + name + ": a variable without a default");
    current_.known[name] = *value;
    std::erase_if(current_.said.env, [&](const fact& one) { return one.key == name; });
    current_.said.env.push_back({name, *value, line});
  }

  void take_ports(const std::string& text, int line) {
    for (const std::string& word : words_of(text).value_or(std::vector<std::string>())) {
      const std::string_view number = std::string_view(word).substr(0, word.find('/'));
      const bool is_tcp = word.find('/') == word.npos || word.ends_with("/tcp");
      if (!port_in(number) || !is_tcp)
        skip(line, "EXPOSE " + word, "PORTS of pipeline_service()");
      else if (std::ranges::find(current_.said.ports, number, &fact::value) == current_.said.ports.end())
        current_.said.ports.push_back({"EXPOSE", std::string(number), line});
    }
  }

  std::string path_;
  variables global_;
  std::vector<stage> done_;
  stage current_;
  int stages_ = 0;
};

}  // namespace
}  // namespace engine_adopt_dockerfile

file_facts dockerfile::facts() const {
  file_facts all{.path = path};
  all.facts = ports;
  for (const auto* each : {&user, &entrypoint, &command})
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
