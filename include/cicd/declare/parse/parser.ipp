// Takes a call's words apart by keyword and reads values of two parts.
#pragma once

#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/placeholders.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd::declaring {
namespace {

bool is_all_caps(std::string_view word) {
  return word.size() > 1 && detail::is_upper(word.front())
         && std::all_of(word.begin(), word.end(), [](char c) { return detail::is_upper(c) || c == '_'; });
}

/// Whether backslashes lead to what looks like a keyword: one of them is no part of the word.
bool is_escaped(std::string_view word) {
  const auto first = std::min(word.find_first_not_of('\\'), word.size());
  return first > 0 && is_all_caps(word.substr(first));
}

/// A word that must not be taken for a keyword is written with a leading backslash, which is no part of it.
std::string_view unescaped(std::string_view word) {
  return is_escaped(word) ? word.substr(1) : word;
}

bool is_near_keyword(std::string_view word, const std::vector<option>& options) {
  std::vector<std::string> keywords;
  for (const option& each : options) keywords.push_back(each.keyword);
  return nearest(word, keywords).has_value();
}

/// Walks over the words of a call and hands each to the option it belongs to.
class word_sorter {
 public:
  word_sorter(call_site& site, const std::vector<option>& options, findings& found)
      : site_(site), options_(options), found_(found), sorted_(options.size()) {}

  std::vector<option_words> sorted(std::size_t first) && {
    const std::vector<std::string>& words = site_.from->arguments;
    for (std::size_t at = first; at < words.size(); ++at) take(at, words[at]);
    end_option();
    return std::move(sorted_);
  }

 private:
  enum class state { before_any, in_option, skipping };

  void take(std::size_t at, std::string_view word) {
    if (is_all_caps(word))
      for (std::size_t index = 0; index < options_.size(); ++index)
        if (options_[index].key != "name" && options_[index].keyword == word) return begin_option(at, index);
    if (state_ == state::skipping) return;
    if (state_ == state::before_any) return refuse(at, stray_word(word));
    option_words& current = sorted_[current_];
    const bool full = current.values.size() >= capacity();
    const bool is_meant = is_near_keyword(word, options_) || (full && capacity() > 0);
    if (is_all_caps(word) && (full || !current.values.empty() || capacity() > 2) && is_meant)
      return refuse(at, unknown_keyword(word, options_, site_.from->where.function, capacity() > 2));
    if (!full) return current.values.push_back(unescaped(word));
    refuse(at, full_option(word));
  }

  std::size_t capacity() const {
    switch (options_[current_].takes) {
      case arity::flag: return 0;
      case arity::one: return 1;
      case arity::two: return 2;
      case arity::many: return static_cast<std::size_t>(-1);
    }
    return 0;
  }

  remark stray_word(std::string_view word) const {
    const std::string_view function = site_.from->where.function;
    return is_all_caps(word) ? unknown_keyword(word, options_, function, false)
                             : value_without_keyword(word, options_, function, meant_by(word));
  }

  /// The name of a template or of an environment, whose keyword was forgotten.
  std::string meant_by(std::string_view word) const {
    if (site_.known == nullptr) return {};
    const auto with = [&](std::string_view keyword, const std::vector<std::string>& names) {
      const bool takes = is_keyword(keyword, options_);
      const auto near = takes ? nearest(word, names) : std::nullopt;
      return near ? fmt::format("{} {}", keyword, *near) : std::string();
    };
    const auto environments = site_.known->environments.find(site_.from->arguments.front());
    if (environments != site_.known->environments.end())
      if (std::string meant = with("IN", environments->second); !meant.empty()) return meant;
    return with("TEMPLATE", site_.known->templates);
  }

  remark full_option(std::string_view word) const {
    const option& of = options_[current_];
    const bool misspelt =
        word.size() > 2 && detail::is_lower(word.front()) && is_near_keyword(word, options_);
    if (misspelt) return unknown_keyword(word, options_, site_.from->where.function, false);
    return of.takes == arity::flag ? value_of_a_flag(of, word) : several_values(of, word);
  }

  /// After a refused word, everything up to the next keyword is passed over.
  void refuse(std::size_t at, remark about) {
    found_.add({&site_, at}, std::move(about));
    site_.unclear = true;
    end_option();
    state_ = state::skipping;
  }

  void begin_option(std::size_t at, std::size_t index) {
    end_option();
    state_ = state::in_option;
    current_ = index;
    if (!sorted_[index].at) {
      sorted_[index].at = {&site_, at};
      return;
    }
    found_.add({&site_, at}, repeated_keyword(options_[index]));
    state_ = state::skipping;
  }

  /// A keyword without values is reported where it stands and counts as not given.
  void end_option() {
    if (state_ != state::in_option) return;
    option_words& current = sorted_[current_];
    if (!current.values.empty() || options_[current_].takes == arity::flag) return;
    found_.add(current.at, missing_value(options_[current_], names_for(options_[current_], site_)));
    site_.unclear = true;
    current.at = {};
  }

  call_site& site_;
  const std::vector<option>& options_;
  findings& found_;
  std::vector<option_words> sorted_;
  state state_ = state::before_any;
  std::size_t current_ = 0;
};

}  // namespace

std::string names_for(const option& of, const call_site& site) {
  if (of.keyword != "TEMPLATE" || site.known == nullptr) return {};
  return joined(site.known->templates, ", ");
}

std::vector<option_words> words_by_option(call_site& site,
                                          std::size_t first,
                                          const std::vector<option>& options,
                                          findings& found) {
  return word_sorter(site, options, found).sorted(first);
}

bool is_keyword(std::string_view word, const std::vector<option>& options) {
  return std::any_of(options.begin(), options.end(),
                     [&](const option& each) { return each.key != "name" && each.keyword == word; });
}

std::string escaped(const std::string& value, const std::vector<option>& options) {
  const bool would_change = is_escaped(value) || (is_all_caps(value) && is_near_keyword(value, options));
  return would_change ? "\\" + value : value;
}

void check_placeholders(const option& of, const place& where, std::string_view text, findings& found) {
  if (text.find('{') == text.npos) return;
  for (const std::string& name : placeholders_in(text)) {
    const auto known = [&](std::string_view other) { return other == name; };
    if ("{" + name + "}" == unknown_yet || std::any_of(of.placeholders.begin(), of.placeholders.end(), known))
      continue;
    const auto& all = placeholder_docs();
    const bool exists =
        std::any_of(all.begin(), all.end(), [&](const placeholder_doc& each) { return each.name == name; });
    if (exists || !of.placeholders.empty()) found.add(where, unknown_placeholder(of, name));
  }
}

const declaring_function& function_for(std::string_view kind) {
  const auto& functions = declaring_functions();
  return *std::find_if(functions.begin(), functions.end(),
                       [&](const declaring_function& each) { return each.kind == kind; });
}

declaration<pipeline> read_pipeline(call_site& site, findings& found) {
  const std::vector<std::string>& words = site.from->arguments;
  declaration<pipeline> read{.site = &site};
  site.subject = site.from->where.function + "()";
  if (words.empty() || is_keyword(words[0], options_of<pipeline>())) {
    found.add({&site, 0}, missing_name(function_for("pipeline")));
    return read_options(site, std::move(read), 0, found);
  }
  site.subject = read.pipeline = read.name = words[0];
  read_name(read, 0, found);
  return read_options(site, std::move(read), 1, found);
}

declaration<pipeline> read_labels(call_site& site, findings& found) {
  const std::vector<std::string>& words = site.from->arguments;
  declaration<pipeline> read{.site = &site};
  site.subject = site.from->where.function + "()";
  if (words.empty() || words[0].find('=') != std::string::npos) {
    found.add({&site, 0}, missing_name(function_for("label")));
    return read;
  }
  site.subject = read.pipeline = words[0];
  const auto& options = options_of<pipeline>();
  for (std::size_t at = 0; at < options.size(); ++at) {
    if (options[at].key != "labels") continue;
    option_words given{.at = {&site, 0}, .values = {words.begin() + 1, words.end()}};
    if (given.values.empty()) found.add(given.at, missing_value(options[at]));
    value_reader(options[at], given, found).read(read.value.labels);
    read.given[at] = given.at;
  }
  return read;
}

}  // namespace cicd::declaring
