// Takes a call's words apart by keyword and reads values of two parts.
#pragma once

#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/placeholders.hpp>

#include <algorithm>

namespace cicd::declaring {
namespace {

bool is_all_caps(std::string_view word) {
  return word.size() > 1 && detail::is_upper(word.front())
         && std::all_of(word.begin(), word.end(), [](char c) { return detail::is_upper(c) || c == '_'; });
}

/// A word that must not be taken for a keyword is written with a leading backslash, which is no part of it.
std::string_view unescaped(std::string_view word) {
  return word.starts_with('\\') && is_all_caps(word.substr(1)) ? word.substr(1) : word;
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
    if (is_all_caps(word) && (full || !current.values.empty() || capacity() > 2)
        && is_near_keyword(word, options_))
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
                             : value_without_keyword(word, options_, function);
  }

  remark full_option(std::string_view word) const {
    const option& of = options_[current_];
    const bool misspelt =
        word.size() > 2 && detail::is_lower(word.front()) && is_near_keyword(word, options_);
    if (misspelt) return unknown_keyword(word, options_, site_.from->where.function, false);
    return of.takes == arity::flag ? value_of_a_flag(of, word) : several_values(of, word);
  }

  /// What follows a refused word belongs to nobody until the next keyword.
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
    found_.add(current.at, missing_value(options_[current_]));
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

const declaring_function& function_for(std::string_view kind) {
  const auto& functions = declaring_functions();
  return *std::find_if(functions.begin(), functions.end(),
                       [&](const declaring_function& each) { return each.kind == kind; });
}

template <typename T>
void report_missing_name(const call_site& site, findings& found) {
  const declaring_function& function = function_for(kind_of(static_cast<const T*>(nullptr)));
  found.add({&site, 0}, missing_name(function));
}

/// What has no name of its own goes by the environment that it is IN.
declaration<preview> named_by_place(declaration<preview> read) {
  read.name = read.value.in.str();
  return read;
}

declaration<canary> named_by_place(declaration<canary> read) {
  read.name = read.value.in.str();
  if (read.value.service) read.name += "." + read.value.service.str();
  return read;
}

bool is_keyword(std::string_view word, const std::vector<option>& options) {
  return std::any_of(options.begin(), options.end(),
                     [&](const option& each) { return each.key != "name" && each.keyword == word; });
}

}  // namespace

std::vector<option_words> words_by_option(call_site& site,
                                          std::size_t first,
                                          const std::vector<option>& options,
                                          findings& found) {
  return word_sorter(site, options, found).sorted(first);
}

bool reads_as_keyword(std::string_view word, const std::vector<option>& options) {
  return is_all_caps(word) && is_near_keyword(word, options);
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

declaration<pipeline> read_pipeline(call_site& site, findings& found) {
  const std::vector<std::string>& words = site.from->arguments;
  declaration<pipeline> read{.site = &site};
  site.subject = site.from->where.function + "()";
  if (words.empty() || is_keyword(words[0], options_of<pipeline>())) {
    report_missing_name<pipeline>(site, found);
    return read_options(site, std::move(read), 0, found);
  }
  site.subject = read.pipeline = read.name = words[0];
  read_name(read, 0, found);
  return read_options(site, std::move(read), 1, found);
}

/// The names come first, each where no keyword stands; an image's may be left out, and some kinds have none.
template <typename T>
declaration<T> read_part(call_site& site, findings& found) {
  const std::vector<std::string>& words = site.from->arguments;
  declaration<T> read{.site = &site};
  site.subject = site.from->where.function + "()";
  constexpr std::size_t most_names = is_named<T> ? 2 : 1;
  std::size_t names = 0;
  while (names < most_names && names < words.size() && !is_keyword(words[names], options_of<T>())) ++names;
  if (names > 0) site.subject = read.pipeline = words[0];
  const bool needs_name = is_named<T> && !std::is_same_v<T, image>;
  if (names == 0 || (names == 1 && needs_name)) {
    report_missing_name<T>(site, found);
    return read_options(site, std::move(read), names, found);
  }
  if constexpr (is_named<T>) {
    read.name = names == 2 ? words[1] : "image";
    site.subject = read.pipeline + "/" + read.name;
    read_name(read, 1, found);
    return read_options(site, std::move(read), names, found);
  } else {
    site.subject += "/" + std::string(kind_of(&read.value));
    return named_by_place(read_options(site, std::move(read), names, found));
  }
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

template declaration<step> read_part<step>(call_site& site, findings& found);
template declaration<image> read_part<image>(call_site& site, findings& found);
template declaration<service> read_part<service>(call_site& site, findings& found);
template declaration<cron_job> read_part<cron_job>(call_site& site, findings& found);
template declaration<container> read_part<container>(call_site& site, findings& found);
template declaration<environment> read_part<environment>(call_site& site, findings& found);
template declaration<preview> read_part<preview>(call_site& site, findings& found);
template declaration<canary> read_part<canary>(call_site& site, findings& found);

}  // namespace cicd::declaring
