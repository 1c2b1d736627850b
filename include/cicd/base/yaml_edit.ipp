// Scalars by their places, from libyaml's events. Its marks count characters, which are made bytes here.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <yaml.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml_edit.hpp>
#include <cicd/base/yaml_read.ipp>
#include <cicd/base/yaml_write.ipp>

namespace cicd {
namespace base_yaml_edit {

constexpr std::size_t most_nodes = 200'000;
constexpr int most_levels = 100;

/// A value with its place in bytes.
struct node {
  enum class kind : std::uint8_t { scalar, mapping, list, alias } is = kind::scalar;
  std::size_t begin = 0, end = 0, line = 0, column = 0;
  std::string text{};    ///< of a scalar; of an alias its anchor
  std::string anchor{};  ///< its own
  std::string tag{};     ///< that is written there
  yaml_scalar_style_t style = YAML_ANY_SCALAR_STYLE;
  bool is_flow = false;  ///< of a mapping: `{…}`
  std::vector<std::pair<node, node>> members{};
  std::vector<node> elements{};
};

class tree_reader {
 public:
  tree_reader(std::string_view text, std::string_view file) : file_(file) {
    for (std::size_t at = 0; at < text.size(); ++at)
      if ((static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U) bytes_.push_back(at);
    bytes_.push_back(text.size());
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  tree_reader(const tree_reader&) = delete;
  tree_reader& operator=(const tree_reader&) = delete;
  ~tree_reader() { yaml_parser_delete(&parser_); }

  result<std::vector<node>> documents() {
    std::vector<node> all;
    while (true) {
      base_yaml_read::event_holder next;
      if (!read(next)) return *std::move(failure_);
      if (next.event.type == YAML_STREAM_END_EVENT) return all;
      if (next.event.type != YAML_DOCUMENT_START_EVENT) continue;
      std::optional<node> root = value(0);
      if (!root) return *std::move(failure_);
      all.push_back(*std::move(root));
    }
  }
  /// The anchor of each alias.
  const std::vector<std::string>& used() const { return used_; }

 private:
  bool read(base_yaml_read::event_holder& next) {
    if (yaml_parser_parse(&parser_, &next.event) != 0) return true;
    const bool is_reader = parser_.error == YAML_READER_ERROR;
    fail((is_reader ? parser_.mark : parser_.problem_mark).line,
         parser_.problem == nullptr ? "is not YAML" : parser_.problem);
    return false;
  }
  void fail(std::size_t line, std::string what) {
    failure_ = error{exit_class::usage, fmt::format("{}:{}", file_, line + 1), std::move(what), {}, {}};
  }
  static std::string text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
  }
  std::size_t byte_at(const yaml_mark_t& mark) const {
    return bytes_[std::min(mark.index, bytes_.size() - 1)];
  }

  std::optional<node> value(int level) {
    base_yaml_read::event_holder next;
    if (!read(next)) return {};
    return value_of(next.event, level);
  }

  std::optional<node> value_of(const yaml_event_t& event, int level) {
    if (++nodes_ > most_nodes || level > most_levels) {
      fail(event.start_mark.line, "this file has too many values or levels");
      return {};
    }
    node made{.begin = byte_at(event.start_mark),
              .end = byte_at(event.end_mark),
              .line = event.start_mark.line + 1,
              .column = event.start_mark.column};
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        made.is = node::kind::alias;
        made.text = text_of(event.data.alias.anchor);
        used_.push_back(made.text);
        return made;
      case YAML_SCALAR_EVENT:
        made.text =
            std::string(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length);
        made.anchor = text_of(event.data.scalar.anchor);
        made.tag = text_of(event.data.scalar.tag);
        made.style = event.data.scalar.style;
        return made;
      case YAML_SEQUENCE_START_EVENT:
        made.is = node::kind::list;
        made.anchor = text_of(event.data.sequence_start.anchor);
        return with_elements(std::move(made), level);
      case YAML_MAPPING_START_EVENT:
        made.is = node::kind::mapping;
        made.anchor = text_of(event.data.mapping_start.anchor);
        made.is_flow = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
        return with_members(std::move(made), level);
      default: fail(event.start_mark.line, "a value is missing"); return {};
    }
  }

  std::optional<node> with_elements(node made, int level) {
    while (true) {
      base_yaml_read::event_holder next;
      if (!read(next)) return {};
      if (next.event.type == YAML_SEQUENCE_END_EVENT) return made;
      std::optional<node> each = value_of(next.event, level + 1);
      if (!each) return {};
      made.elements.push_back(*std::move(each));
    }
  }
  std::optional<node> with_members(node made, int level) {
    while (true) {
      base_yaml_read::event_holder next;
      if (!read(next)) return {};
      if (next.event.type == YAML_MAPPING_END_EVENT) return made;
      std::optional<node> key = value_of(next.event, level + 1);
      if (!key) return {};
      std::optional<node> held = value(level + 1);
      if (!held) return {};
      made.members.emplace_back(*std::move(key), *std::move(held));
    }
  }

  std::string file_;
  std::vector<std::size_t> bytes_;  ///< by character
  yaml_parser_t parser_{};
  std::vector<std::string> used_;
  std::size_t nodes_ = 0;
  std::optional<error> failure_;
};

/// As it is written in a declaration.
inline std::string text_of(std::span<const yaml_step> path) {
  std::string text;
  for (const yaml_step& each : path)
    if (each.is_element)
      text += '[' + each.name + ']';
    else
      text += (text.empty() ? "" : ".") + replaced_all(each.name, ".", "\\.");
  return text;
}

inline std::optional<std::size_t> number_of(const std::string& text) {
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != text.npos) return {};
  return static_cast<std::size_t>(std::stoul(text));
}

inline std::string name_of(const node& element) {
  for (const auto& [key, value] : element.members)
    if (key.text == "name" && value.is == node::kind::scalar) return value.text;
  return {};
}

/// One look for a path: what it found, or how far it came.
class search {
 public:
  search(std::string_view file, std::span<const yaml_step> path, node::kind wanted)
      : file_(file), path_(path), wanted_(wanted) {}

  result<const node*> in(const node& root) {
    const node* at = &root;
    for (depth_ = 0; depth_ < path_.size(); ++depth_) {
      anchors_.push_back(at->anchor);
      if (at->is == node::kind::alias) return alias(*at);
      result<const node*> next = path_[depth_].is_element ? element(*at) : member(*at);
      if (!next) return next;
      at = *next;
    }
    if (at->is == node::kind::alias) return alias(*at);
    anchors_.push_back(at->anchor);
    if (at->is == wanted_) return at;
    return refused(at->line, fmt::format("this is {}, and not {}", word_for(at->is), word_for(wanted_)))
        .with("allowed", keys_of(*at).empty() ? "" : joined(keys_of(*at), ", "))
        .with("try", keys_of(*at).empty() ? "" : text_of(path_) + "." + keys_of(*at).front());
  }
  /// How many steps there were before it ended.
  std::size_t depth() const { return depth_; }
  /// Of what was found and of all that it lies in; empty texts among them.
  const std::vector<std::string>& anchors() const { return anchors_; }

 private:
  static std::string_view word_for(node::kind of) {
    return of == node::kind::list ? "a list" : of == node::kind::mapping ? "a mapping" : "one value";
  }
  error refused(std::size_t line, std::string what) const {
    return {exit_class::usage, fmt::format("{}:{}", file_, line), std::move(what), text_of(path_), {}};
  }
  error alias(const node& at) const {
    return refused(at.line, "this is an alias, and its value stands elsewhere")
        .with("alias", "*" + at.text)
        .with("try", "the path of the place that has &" + at.text + ", or a value of its own here");
  }
  std::string before() const { return text_of(path_.first(depth_)); }
  static std::vector<std::string> keys_of(const node& of) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : of.members)
      if (key.is == node::kind::scalar && key.text != "<<") keys.push_back(key.text);
    return keys;
  }

  result<const node*> member(const node& at) const {
    const std::string& name = path_[depth_].name;
    if (at.is != node::kind::mapping)
      return refused(at.line, fmt::format("'{}' is {}, and has no keys",
                                          depth_ == 0 ? "the document" : before(), word_for(at.is)))
          .with("try", at.is == node::kind::list ? before() + "[<name or number>]." + name : std::string());
    const node *found = nullptr, *merged = nullptr;
    for (const auto& [key, value] : at.members) {
      if (key.is == node::kind::scalar && key.text == "<<") merged = &value;
      if (key.is != node::kind::scalar || key.text != name) continue;
      if (found != nullptr)
        return refused(key.line, "this key is there twice")
            .with("first", fmt::format("{}:{}", file_, found->line));
      found = &value;
    }
    if (found != nullptr) return found;
    const std::vector<std::string> keys = keys_of(at);
    error missing = refused(at.line, fmt::format("there is no '{}' {}", name,
                                                 depth_ == 0 ? "in this file" : "in '" + before() + "'"));
    if (const auto near = nearest(name, keys)) missing = std::move(missing).with("did you mean", *near);
    missing = std::move(missing).with("allowed", joined(keys, ", "));
    if (merged != nullptr)
      return std::move(missing).with(
          "try", fmt::format("a value of its own at line {}: '<<' brings those of others", merged->line));
    return std::move(missing).with("try", "write it into the file once, with any value");
  }

  result<const node*> element(const node& at) const {
    const std::string& name = path_[depth_].name;
    if (at.is != node::kind::list)
      return refused(at.line, fmt::format("'{}' is not a list", depth_ == 0 ? "the document" : before()));
    std::vector<std::string> names;
    const node* found = nullptr;
    for (const node& each : at.elements) {
      names.push_back(name_of(each));
      if (names.back() != name) continue;
      if (found != nullptr)
        return refused(each.line, fmt::format("there are two elements of the name '{}'", name))
            .with("first", fmt::format("{}:{}", file_, found->line))
            .with("try", before() + "[<number>], from 0");
      found = &each;
    }
    if (found != nullptr) return found;
    if (const auto number = number_of(name); number && *number < at.elements.size())
      return &at.elements[*number];
    const std::string numbers = fmt::format("a number below {}", at.elements.size());
    const bool has_unnamed = std::erase(names, "") > 0;
    error missing = refused(at.line, fmt::format("there is no element '{}' in '{}'", name, before()));
    if (const auto near = nearest(name, names)) missing = std::move(missing).with("did you mean", *near);
    if (at.elements.empty())
      return std::move(missing)
          .with("there", "an empty list")
          .with("try", "write the element into the file once");
    if (has_unnamed || names.empty()) names.push_back(numbers);
    return std::move(missing).with("allowed", joined(names, ", "));
  }

  std::string file_;
  std::span<const yaml_step> path_;
  node::kind wanted_;
  std::size_t depth_ = 0;
  std::vector<std::string> anchors_;
};

struct found_node {
  node at;
  std::string shared_by{};  ///< an anchor that an alias or a merge key somewhere takes it by
};

/// In the one document that has it.
inline result<found_node> found_in(std::string_view text,
                                   std::string_view file,
                                   std::span<const yaml_step> path,
                                   node::kind wanted = node::kind::scalar) {
  tree_reader reader(text, file);
  const auto documents = reader.documents();
  if (!documents) return documents.error();
  std::optional<found_node> found;
  std::optional<error> nearest_failure;
  std::size_t deepest = 0;
  for (const node& each : *documents) {
    search look(file, path, wanted);
    const result<const node*> there = look.in(each);
    if (!there) {
      if (!nearest_failure || look.depth() > deepest) nearest_failure = there.error();
      deepest = std::max(deepest, look.depth());
    } else if (found) {
      return error{exit_class::usage,
                   fmt::format("{}:{}", file, (*there)->line),
                   "this is in two documents of the file",
                   text_of(path),
                   {{"first", fmt::format("{}:{}", file, found->at.line)},
                    {"try", "a file of its own for each document"}}};
    } else {
      found = found_node{**there};
      for (const std::string& anchor : look.anchors())
        if (std::ranges::find(reader.used(), anchor) != reader.used().end()) found->shared_by = anchor;
    }
  }
  if (found) return *std::move(found);
  if (nearest_failure) return *std::move(nearest_failure);
  return error{exit_class::usage, std::string(file), "this file has no YAML in it", text_of(path), {}};
}

/// Where the value itself begins, behind an anchor and a tag.
inline std::size_t begin_of_value(std::string_view text, const node& of) {
  std::size_t at = of.begin;
  while (at < of.end && (text[at] == '&' || text[at] == '!')) {
    at = std::min(text.find_first_of(" \t\r\n", at), of.end);
    at = std::min(text.find_first_not_of(" \t\r\n", at), of.end);
  }
  return at;
}

/// Whether it is a text to every reader without quotes, in a list of values too.
inline bool is_plain_text(std::string_view text) {
  constexpr std::string_view inside = "-_./:@+", digits = "0123456789", of_numbers = "0123456789_.:+-eE";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty()
      || (!is_letter(text.front()) && digits.find(text.front()) == digits.npos && text.front() != '/'))
    return false;
  const bool is_safe = std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || digits.find(c) != digits.npos || inside.find(c) != inside.npos;
  });
  return is_safe && text.back() != ':' && text.find_first_not_of(of_numbers) != text.npos
         && !base_yaml_read::is_date(text)
         && base_yaml_read::plain_value(text).kind == base_yaml_read::scalar_kind::text;
}

/// In the quotes that were there.
inline std::string written(std::string_view value, yaml_scalar_style_t style) {
  const bool is_one_line = value.find_first_of("\r\n") == value.npos;
  if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE && is_one_line)
    return "'" + replaced_all(std::string(value), "'", "''") + "'";
  std::string text;
  if (style == YAML_PLAIN_SCALAR_STYLE && is_plain_text(value)) return std::string(value);
  base_yaml_write::append_quoted(text, value);
  return text;
}

/// Behind `member`: in `{…}` at once, else in a line of its own.
inline std::string with_member(std::string_view text,
                               const node& mapping,
                               const std::pair<node, node>& member,
                               const std::string& key,
                               std::string_view value) {
  std::string put = key + ": " + written(value, YAML_PLAIN_SCALAR_STYLE);
  std::size_t at = member.second.end;
  if (mapping.is_flow) {
    put.insert(0, ", ");
  } else {
    put.insert(0, member.first.column, ' ');
    const std::size_t end = text.find('\n', at);
    const std::size_t first = text.find('\n');
    const std::string line_end = first != text.npos && first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
    at = end == text.npos ? text.size() : end + 1;
    put = end == text.npos ? line_end + put : put + line_end;
  }
  return std::string(text.substr(0, at)) + put + std::string(text.substr(at));
}

}  // namespace base_yaml_edit

status yaml_scalar_at(std::string_view text, std::string_view file, const std::vector<yaml_step>& path) {
  auto found = base_yaml_edit::found_in(text, file, path);
  return found ? status() : std::move(found).error();
}

result<std::string> yaml_with(std::string_view text,
                              std::string_view file,
                              const std::vector<yaml_step>& path,
                              std::string_view value) {
  using namespace base_yaml_edit;
  const auto found = found_in(text, file, path);
  if (!found) return found.error();
  const node& at = found->at;
  const auto refused = [&](std::string what) {
    return error{exit_class::usage, fmt::format("{}:{}", file, at.line), std::move(what), text_of(path), {}};
  };
  if (!at.tag.empty() && at.tag != YAML_STR_TAG && at.tag != "!")
    return refused("a value with a tag of its own is not replaced")
        .with("tag", at.tag.starts_with("tag:yaml.org,2002:") ? "!!" + at.tag.substr(18) : at.tag)
        .with("try", "the value without its tag, or with !!str");
  if (at.text == value && at.style != YAML_PLAIN_SCALAR_STYLE) return std::string(text);
  if (at.text == value && is_plain_text(value)) return std::string(text);
  if (at.style == YAML_LITERAL_SCALAR_STYLE || at.style == YAML_FOLDED_SCALAR_STYLE)
    return refused("a text of several lines is not replaced").with("try", "a value in one line there");
  if (!found->shared_by.empty())
    return refused("other values of this file take this one by an alias")
        .with("anchor", "&" + found->shared_by)
        .with("try", "a value of its own here");
  const std::size_t begin = begin_of_value(text, at);
  std::string put = written(value, at.style);
  if (begin == at.end) {
    const std::size_t colon = text.find_last_not_of(" \t", begin == 0 ? 0 : begin - 1);
    if (colon == text.npos || (text[colon] != ':' && at.anchor.empty()))
      return refused("there is no value that could be replaced").with("try", "write it with any value once");
    if (text[begin - 1] != ' ') put.insert(0, " ");
  }
  return std::string(text.substr(0, begin)) + put + std::string(text.substr(at.end));
}

result<std::string> yaml_with_key(std::string_view text,
                                  std::string_view file,
                                  const std::vector<yaml_step>& path,
                                  const std::string& key,
                                  std::string_view value) {
  using namespace base_yaml_edit;
  const auto found = found_in(text, file, path, node::kind::mapping);
  if (!found) return found.error();
  std::vector<yaml_step> inner = path;
  inner.push_back({key, false});
  const auto& members = found->at.members;
  const auto is_named = [](std::string_view name) {
    return [name](const auto& each) { return each.first.text == name; };
  };
  if (std::ranges::any_of(members, is_named(key))) return yaml_with(text, file, inner, value);
  const auto cannot = [&](std::string what) {
    return error{
        exit_class::usage, fmt::format("{}:{}", file, found->at.line), std::move(what), text_of(inner), {}}
        .with("try", "write it into the file once, with any value");
  };
  if (!found->shared_by.empty())
    return cannot("other values of this file take this one by an alias, and nothing is added to it");
  const auto name = std::ranges::find_if(members, is_named("name"));
  if (name == members.end()) return cannot("there is no 'name' behind which this could be added");
  std::string with = with_member(text, found->at, *name, key, value);
  const auto added = found_in(with, file, inner);
  if (added && added->at.text == value) return with;
  return cannot("this cannot be added here");
}

}  // namespace cicd
