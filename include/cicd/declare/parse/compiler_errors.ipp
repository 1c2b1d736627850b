// Places from the compiler's lines, what stands there from the file, and what is wrong with it from the
// parser.
#pragma once

#include <cicd/declare/parse/compiler_errors.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/parse/escaped_word.hpp>
#include <cicd/declare/parse/parser.hpp>

namespace cicd {

namespace declare_parse_compiler_errors {
namespace {

using declaring::is_named;
using declaring::kind;
using declaring::option;

constexpr std::size_t most_errors = 10;

/// `pipeline.cpp:24:57: error: …`
struct said_line {
  std::string file;
  int line = 0, column = 0;
  std::string_view words;

  std::string place() const { return fmt::format("{}:{}:{}", file, line, column); }
};

std::optional<int> number_at(std::string_view text, std::size_t& at) {
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (problem != std::errc() || end == text.data() + text.size() || *end != ':') return {};
  at = static_cast<std::size_t>(end - text.data()) + 1;
  return number;
}

std::optional<said_line> said_line_from(std::string_view text) {
  for (auto colon = text.find(':'); colon != text.npos; colon = text.find(':', colon + 1)) {
    std::size_t at = colon + 1;
    const auto line = number_at(text, at);
    const auto column = line ? number_at(text, at) : std::nullopt;
    if (column) return said_line{std::string(text.substr(0, colon)), *line, *column, text.substr(at)};
  }
  return {};
}

/// The word in quotes behind `before`.
std::string quoted_behind(std::string_view text, std::string_view before) {
  const auto at = text.find(before);
  if (at == text.npos) return {};
  const auto open = text.find('\'', at + before.size());
  const auto close = open == text.npos ? text.npos : text.find('\'', open + 1);
  return close == text.npos ? std::string() : std::string(text.substr(open + 1, close - open - 1));
}

std::string last_name(std::string_view qualified) {
  const auto at = qualified.rfind("::");
  return std::string(at == qualified.npos ? qualified : qualified.substr(at + 2));
}

/// The names that a kind's struct has for the keys that are no good names in C++.
std::string field_of_key(std::string_view key) {
  if (key == "namespace") return "namespace_name";
  if (key == "protected") return "is_protected";
  if (key == "role_arn") return "role";
  if (key == "default") return "default_value";
  return key == "template" ? "base_template" : std::string(key);
}

const option* option_of(std::string_view of, std::string_view field) {
  for (const option& each : declaring::options_of(of))
    if (field_of_key(each.key) == field) return &each;
  return nullptr;
}

/// The kind that the pipeline's list of that name holds: `cron_jobs`.
std::string kind_of_list(std::string_view field) {
  std::string found;
  declaring::each_kind([&]<typename T>() {
    const std::string name(kind<T>.name);
    const std::string last = name.substr(name.find('_') == name.npos ? 0 : name.find('_') + 1);
    // `services` are those of service, and `functions` those of zip_function.
    const bool is_it = field == name + "s" || field == name.substr(0, name.size() - 1) + "ies";
    if (is_it || (field == last + "s" && found.empty())) found = name;
  });
  return found;
}

/// Walks over C++ as far as braces, designators and literals go.
class source_walk {
 public:
  explicit source_walk(std::string_view source) : source_(source) {}

  std::optional<typed_value> literal_at(std::size_t place) {
    while (at_ < source_.size() && at_ < place) step();
    if (at_ != place || place >= source_.size()) return {};
    typed_value found{.kind = {}, .field = {}, .text = literal()};
    if (found.text.empty() && source_[place] != '"') return {};
    name_field(found);
    return found;
  }

 private:
  struct frame {
    std::string type{};   ///< before the brace
    std::string field{};  ///< the designator that is being given
  };

  void step() {
    const char c = source_[at_];
    if (source_.substr(at_).starts_with("//")) return skip_to("\n");
    if (source_.substr(at_).starts_with("/*")) return skip_to("*/");
    if (c == '"' || c == '\'') return skip_quoted(c);
    if (detail::is_lower(c) || detail::is_upper(c) || c == '_') return word();
    if (c == '{') {
      frames_.push_back({word_, {}});
      word_.clear();
    } else if (c == '}' || c == ',') {
      if (c == '}' && !frames_.empty()) frames_.pop_back();
      if (c == ',' && !frames_.empty()) frames_.back().field.clear();
      word_.clear();
    } else if (c == '=' || c == ';') {
      if (c == '=' && is_designator_ && !frames_.empty()) frames_.back().field = word_;
      word_.clear();
    }
    if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) after_dot_ = c == '.';
    ++at_;
  }
  void skip_to(std::string_view end) {
    const auto found = source_.find(end, at_);
    at_ = found == source_.npos ? source_.size() : found + end.size();
  }
  void skip_quoted(char quote) {
    for (++at_; at_ < source_.size() && source_[at_] != quote; ++at_)
      if (source_[at_] == '\\') ++at_;
    ++at_;
  }
  void word() {
    const std::size_t start = at_;
    while (at_ < source_.size()
           && (detail::is_alnum_lower(source_[at_]) || detail::is_upper(source_[at_]) || source_[at_] == '_'))
      ++at_;
    word_ = std::string(source_.substr(start, at_ - start));
    is_designator_ = after_dot_;
    after_dot_ = false;
  }

  /// A text in quotes without them, or a number.
  std::string literal() const {
    std::string text;
    if (source_[at_] != '"') {
      for (std::size_t at = at_; at < source_.size() && (detail::is_digit(source_[at]) || source_[at] == '-');
           ++at)
        text += source_[at];
      return text;
    }
    for (std::size_t at = at_ + 1; at < source_.size() && source_[at] != '"'; ++at) {
      if (source_[at] == '\\' && at + 1 < source_.size()) ++at;
      text += source_[at];
    }
    return text;
  }

  void name_field(typed_value& to) const {
    std::size_t of_kind = 0;
    for (std::size_t at = 0; at < frames_.size(); ++at) {
      std::string named =
          frames_[at].type == "pipeline" || frames_[at].type == "return" ? "pipeline" : std::string();
      if (!declaring::options_of(frames_[at].type).empty()) named = frames_[at].type;
      if (named.empty() && at > 1 && to.kind == "pipeline" && frames_[at].type.empty())
        named = kind_of_list(frames_[at - 2].field);
      if (named.empty() || frames_[at].field.empty()) continue;
      to.kind = named;
      to.field = frames_[at].field;
      of_kind = at;
    }
    to.is_whole = !to.kind.empty()
                  && std::all_of(frames_.begin() + static_cast<std::ptrdiff_t>(of_kind) + 1, frames_.end(),
                                 [](const frame& each) { return each.field.empty(); });
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<frame> frames_;
  std::string word_;
  bool after_dot_ = false, is_designator_ = false;
};

/// What the parser says of a call that gives this value, less its place.
template <typename T>
std::optional<error> refusal_of(const typed_value& value, std::string_view keyword) {
  const bool is_name = value.field == "name";
  call made{.where = {.list_file = {}, .function = std::string(kind<T>.function), .which = 1},
            .directory = "/",
            .arguments = {"x"}};
  if constexpr (is_named<T>) made.arguments.push_back(is_name ? value.text : "x");
  if (!is_name)
    made.arguments.insert(made.arguments.end(), {std::string(keyword), declaring::as_value(value.text)});
  declaring::findings found("/");
  declaring::call_site site{.from = &made, .order = 0, .subject = {}};
  (void)declaring::read_part<T>(site, found);
  errors all = found.errors_in_order();
  if (all.empty()) return {};
  return std::move(all.front());
}

std::optional<error> refusal_in_pipeline(const typed_value& value, std::string_view keyword) {
  call made{
      .where = {.list_file = {}, .function = "add_pipeline", .which = 1}, .directory = "/", .arguments = {}};
  if (value.field == "name")
    made.arguments = {value.text};
  else
    made.arguments = {"x", std::string(keyword), declaring::as_value(value.text)};
  declaring::findings found("/");
  declaring::call_site site{.from = &made, .order = 0, .subject = {}};
  (void)declaring::read_pipeline(site, found);
  errors all = found.errors_in_order();
  if (all.empty()) return {};
  return std::move(all.front());
}

error error_of(const said_line& at, const typed_value& value, const option& of) {
  std::optional<error> said;
  if (value.kind == "pipeline") said = refusal_in_pipeline(value, of.keyword);
  declaring::each_kind([&]<typename T>() {
    if (kind<T>.name == value.kind) said = refusal_of<T>(value, of.keyword);
  });
  error made{exit_class::usage, at.place(), fmt::format("{}.{}", value.kind, value.field), value.text, {}};
  if (!said || !value.is_whole) return std::move(made).with("allowed", std::string(of.allowed));
  for (const note& each : said->notes)
    if (each.label != "declared at") made.notes.push_back(each);
  return made;
}

std::optional<error> refused_value(const said_line& at, std::string_view source) {
  const std::optional<typed_value> value = typed_value_at(source, at.line, at.column);
  const option* of = value ? option_of(value->kind, value->field) : nullptr;
  if (of == nullptr) return {};
  return error_of(at, *value, *of);
}

std::optional<error> misspelt_field(const said_line& at) {
  std::string field = quoted_behind(at.words, "has no non-static data member named"),
              of = quoted_behind(at.words, "error:");
  if (field.empty()) {
    if (at.words.find("does not refer to any field in type") == at.words.npos) return {};
    field = of;
    of = quoted_behind(at.words, "does not refer to any field in type");
  }
  of = last_name(of);
  std::vector<std::string> fields;
  for (const option& each : declaring::options_of(of)) fields.push_back(field_of_key(each.key));
  if (fields.empty()) return {};
  return error{exit_class::usage, at.place(), of + " has no such field", field, {}}
      .with("did you mean", nearest(field, fields).value_or(""))
      .with("try", "cicd explain " + of);
}

std::optional<error> field_out_of_order(const said_line& at) {
  std::string field = quoted_behind(at.words, "designator order for field");
  if (field.empty() && at.words.find("designators to be specified in declaration order") != at.words.npos)
    field = quoted_behind(at.words, "; field");
  if (field.empty()) return {};
  return error{exit_class::usage,
               at.place(),
               "a field stands behind one that comes later in the struct",
               last_name(field),
               {}}
      .with("allowed", "the order of the fields in the struct, which is that of the reference");
}

/// A lambda with captures, or a function of something else.
std::optional<error> wrong_function(const said_line& at) {
  const bool says_so = at.words.find("use of deleted function") != at.words.npos
                       || at.words.find("invokes a deleted function") != at.words.npos;
  if (!says_so || at.words.find("step_function") == at.words.npos) return {};
  return error{exit_class::usage, at.place(), "step.run is not a function without captures", {}, {}}
      .with("allowed", "[](step_context& step) { … }, or the name of such a function")
      .with("try", ".values = {{\"name\", text}} and step.value(\"name\") in place of a capture");
}

bool says_refused(std::string_view words) {
  return words.find("in 'constexpr' expansion of") != words.npos
         || words.find("note: in call to '") != words.npos;
}

}  // namespace
}  // namespace declare_parse_compiler_errors

std::optional<typed_value> typed_value_at(std::string_view source, int line, int column) {
  std::size_t at = 0;
  for (int each = 1; each < line; ++each) {
    const auto end = source.find('\n', at);
    if (end == source.npos) return {};
    at = end + 1;
  }
  return declare_parse_compiler_errors::source_walk(source).literal_at(at + static_cast<std::size_t>(column)
                                                                       - 1);
}

errors errors_of_compiler(std::string_view said, const source_reader& read) {
  using namespace declare_parse_compiler_errors;
  errors all;
  std::set<std::string> places;
  for (const std::string& text : split(said, '\n')) {
    const std::optional<said_line> at = said_line_from(text);
    if (!at || all.size() == most_errors) continue;
    const std::optional<std::string> source = read(at->file);
    if (!source || places.contains(at->place())) continue;
    std::optional<error> found = misspelt_field(*at);
    if (!found) found = field_out_of_order(*at);
    if (!found) found = wrong_function(*at);
    if (!found && says_refused(at->words)) found = refused_value(*at, *source);
    if (!found) continue;
    places.insert(at->place());
    all.push_back(*std::move(found));
  }
  return all;
}

}  // namespace cicd
