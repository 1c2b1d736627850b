// Takes a call's words apart by keyword and reads values of two parts.
#pragma once

#include <cicd/declare/parse/escaped_word.hpp>
#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/placeholders.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd::declaring {
namespace {

/// A word that must not be taken for a keyword is written with a leading backslash, which is no part of it.
std::string_view unescaped(std::string_view word) {
  return is_escaped(word) ? word.substr(1) : word;
}

bool is_near_keyword(std::string_view word, const std::vector<option>& options) {
  std::vector<std::string> keywords;
  for (const option& each : options) keywords.push_back(each.keyword);
  return nearest(word, keywords).has_value();
}

/// The word of another build system, and what a step has in its place.
struct foreign_keyword {
  std::string_view word, help;
};
constexpr std::string_view no_meaning = "leave it out: it means nothing for a step";
constexpr std::string_view own_folder =
    "a step starts in its own folder; SHELL \"cd <folder> && …\" goes to one in it";
/// Of CMake's commands that take a COMMAND, and of CI systems. Words that programs often take (ALL, NAME) are
/// none.
constexpr foreign_keyword foreign_keywords[] = {
    {"WORKING_DIRECTORY", own_folder},
    {"WORKDIR", own_folder},
    {"VERBATIM", "leave it out: each word reaches the program as it is"},
    {"COMMENT", "DESCRIPTION says what a step does"},
    {"BYPRODUCTS", "OUTPUTS names what a step makes"},
    {"ARTIFACTS", "OUTPUTS names what a step makes"},
    {"MAIN_DEPENDENCY", "INPUTS names what a step reads"},
    {"SOURCES", "INPUTS names what a step reads"},
    {"NEEDS", "AFTER names the steps that come first"},
    {"DEPENDS_ON", "AFTER names the steps that come first, DEPENDS CMake targets"},
    {"ENVIRONMENT", "ENV gives variables"},
    {"VARIABLES", "ENV gives variables"},
    {"RETRY", "RETRIES says how often a step is run again"},
    {"CACHE", "KEEP names what a tool keeps from one run to the next"},
    {"CONTAINER", "a step runs on this machine, in no container; its COMMAND may start one"},
    {"USES_TERMINAL", no_meaning},
    {"COMMAND_EXPAND_LISTS", no_meaning},
    {"JOB_POOL", no_meaning},
    {"JOB_SERVER_AWARE", no_meaning},
    {"DEPFILE", no_meaning},
    {"IMPLICIT_DEPENDS", no_meaning},
    {"PRE_BUILD", no_meaning},
    {"PRE_LINK", no_meaning},
    {"POST_BUILD", no_meaning},
    {"RESULT_VARIABLE", no_meaning},
    {"OUTPUT_VARIABLE", no_meaning},
    {"ERROR_VARIABLE", no_meaning},
    {"OUTPUT_QUIET", no_meaning},
    {"ERROR_QUIET", no_meaning}};

const foreign_keyword* foreign_keyword_named(std::string_view word) {
  const auto found = std::ranges::find(foreign_keywords, word, &foreign_keyword::word);
  return found == std::end(foreign_keywords) ? nullptr : found;
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
    if (is_all_caps(word) && (full || !current.values.empty() || capacity() > 2)) {
      if (const foreign_keyword* foreign = foreign_keyword_named(word))
        return refuse(at, keyword_of_others(word, is_of_step() ? foreign->help : std::string_view()));
      if (is_meant)
        return refuse(at, unknown_keyword(word, options_, site_.from->where.function, capacity() > 2));
    }
    if (options_[current_].starts_program && is_shell_word(word)) return refuse(at, shell_word(word));
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

  bool is_of_step() const {
    return site_.from->where.function == "pipeline_step" || site_.from->where.function == "pipeline_scan";
  }

  remark shell_word(std::string_view word) const {
    const std::vector<std::string>& words = site_.from->arguments;
    std::string line;
    for (std::size_t at = sorted_[current_].at.word + 1; at < words.size(); ++at) {
      if (is_keyword(words[at], options_)) break;
      line += (line.empty() ? "" : " ") + words[at];
    }
    return word_of_a_shell(options_[current_], word, line, is_of_step());
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

bool is_keyword_of_any(std::string_view word) {
  return std::ranges::any_of(declaring_functions(), [&](const declaring_function& each) {
    return std::ranges::find(each.keywords, word) != each.keywords.end();
  });
}

std::string escaped(const std::string& value, const std::vector<option>& options) {
  const bool would_change = is_escaped(value) || is_shell_word(value)
                            || foreign_keyword_named(value) != nullptr
                            || (is_all_caps(value) && is_near_keyword(value, options));
  return would_change ? "\\" + value : value;
}

std::vector<std::string> variables_in(std::string_view word) {
  std::vector<std::string> names;
  for (const std::string& piece : split(word, ';')) {
    const std::string name = piece.substr(0, piece.find('='));
    const bool is_one = name.size() < piece.size() && !name.empty() && std::ranges::all_of(name, [](char c) {
                          return detail::is_upper(c) || detail::is_digit(c) || c == '_';
                        });
    if (!is_one) return {std::string(word.substr(0, word.find('=')))};
    names.push_back(name);
  }
  return names;
}

void check_placeholders(const option& of, const place& where, std::string_view text, findings& found) {
  if (text.find('{') == text.npos) return;
  const bool replaces_others =
      std::ranges::any_of(of.placeholders, [](std::string_view each) { return each != "setting.name"; });
  for (const std::string& written : placeholders_in(text)) {
    const auto dot = written.find('.');
    const std::string name = output_named_by(written)    ? "step.outputs.name"
                             : setting_named_by(written) ? "setting.name"
                             : dot == written.npos || written.starts_with("shard.")
                                 ? written
                                 : (is_part_of_service(written) ? "service" : "image") + written.substr(dot);
    const auto known = [&](std::string_view other) { return other == name; };
    if ("{" + name + "}" == unknown_yet || std::any_of(of.placeholders.begin(), of.placeholders.end(), known))
      continue;
    const auto& all = placeholder_docs();
    const bool exists =
        std::any_of(all.begin(), all.end(), [&](const placeholder_doc& each) { return each.name == name; });
    if (exists || replaces_others) found.add(where, unknown_placeholder(of, written));
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

bool is_pipeline_json(const relative_path& source) {
  return source.view().ends_with(".json");
}

void check_source(const declaration<pipeline>& of, findings& found) {
  const place at = of.at("source"), includes = of.at("includes");
  const call& from = *of.site->from;
  if (from.where.which == 0) {  // a file that SOURCE names
    const char* where = from.where.part.empty() ? "in a pipeline.json" : "in a C++ file";
    if (at) found.add(at, meaningless_option("SOURCE", where, "leave it out"));
    if (includes) found.add(includes, meaningless_option("INCLUDES", where, "leave it out"));
    return;
  }
  if (!at) {
    if (includes) found.add(includes, missing_counterpart("INCLUDES", "SOURCE"));
    return;
  }
  if (includes && is_pipeline_json(of.value.source))
    found.add(includes, meaningless_option("INCLUDES", "beside a pipeline.json", "leave it out"));
  const auto& options = options_of<pipeline>();
  for (std::size_t each = 0; each < options.size(); ++each) {
    const std::string_view key = options[each].key;
    if (of.given[each] && key != "name" && key != "source" && key != "includes")
      found.add(of.given[each], excluded_option(options[each].keyword, "SOURCE"));
  }
}

declaration<pipelines> read_pipelines(call_site& site, findings& found) {
  site.subject = site.from->where.function + "()";
  declaration<pipelines> read = read_options(site, declaration<pipelines>{.site = &site}, 0, found);
  if (!read.at("source") && !site.unclear)
    found.add(read.start(),
              missing_option("SOURCE", "a C++ file below the folder of the call", "SOURCE pipelines.cpp"));
  if (is_pipeline_json(read.value.source))
    found.add(read.at("source"), {.what = "SOURCE is not a C++ file",
                                  .value = read.value.source.str(),
                                  .allowed = "a C++ file that gives several pipelines",
                                  .help = "add_pipeline(<pipeline> SOURCE …) takes a pipeline.json"});
  return read;
}

declaration<ci_export> read_ci_export(call_site& site, findings& found) {
  site.subject = site.from->where.function + "()";
  declaration<ci_export> read = read_options(site, declaration<ci_export>{.site = &site}, 0, found);
  if (!read.at("systems") && !site.unclear)
    found.add(read.start(),
              missing_option("SYSTEMS", "github, gitlab, circleci, buildkite, drone and jenkins",
                             "SYSTEMS github"));
  return read;
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
