// Stages, the images that they stand on, and the URLs that they add.
#pragma once

#include <cicd/engine/dockerfile_sources.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/values/image_reference.hpp>
#include <cicd/engine/adopt/dockerfile.hpp>
#include <cicd/engine/adopt/dockerfile_words.hpp>

namespace cicd {

namespace engine_dockerfile_sources {
namespace {

using source_files::dockerfile_variables;
using source_files::instruction;

const std::vector<std::string> instructions{
    "ADD",   "ARG",        "CMD",     "COPY", "ENTRYPOINT", "ENV",        "EXPOSE", "FROM",   "HEALTHCHECK",
    "LABEL", "MAINTAINER", "ONBUILD", "RUN",  "SHELL",      "STOPSIGNAL", "USER",   "VOLUME", "WORKDIR"};

/// The options of an instruction, `--from=x`, and the words behind them.
struct parts {
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string> words;
};

parts parts_of(const instruction& of) {
  parts made;
  std::string_view rest = of.text;
  while (rest.starts_with("--")) {
    const auto end = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string_view option = rest.substr(2, end - 2);
    const auto equals = std::min(option.find('='), option.size());
    made.options[lower(option.substr(0, equals))].emplace_back(
        option.substr(std::min(equals + 1, option.size())));
    rest = trimmed(rest.substr(end));
  }
  if (rest.starts_with('[')) {
    const result<json> list = parse_json(rest);
    if (list && list->is_array()) {
      made.words = list->texts();
      return made;
    }
  }
  made.words = source_files::words_of(rest).value_or(split(std::string(rest), ' '));
  return made;
}

bool is_url(std::string_view word) {
  return word.starts_with("http://") || word.starts_with("https://") || word.starts_with("git@")
         || word.starts_with("git://") || word.starts_with("ssh://");
}

/// What `from=` of a RUN's mount names.
std::optional<std::string> mounted_image(std::string_view mount) {
  for (const std::string& each : split(std::string(mount), ','))
    if (each.starts_with("from=")) return each.substr(5);
  return std::nullopt;
}

/// Of an instruction of several lines: whether that one is a comment.
bool is_in_comment(std::string_view text, std::size_t at) {
  const std::size_t start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::size_t first = text.find_first_not_of(" \t", start);
  return first <= at && text[first] == '#';
}

class reader {
 public:
  explicit reader(const dockerfile_request& of) : of_(of) {
    const std::string platform = "linux/" + of.architecture;
    for (const char* whose : {"TARGET", "BUILD"}) {
      global_[fmt::format("{}PLATFORM", whose)] = {platform};
      global_[fmt::format("{}OS", whose)] = {"linux"};
      global_[fmt::format("{}ARCH", whose)] = {of.architecture};
      global_[fmt::format("{}VARIANT", whose)] = {""};
    }
  }

  result<dockerfile_sources> read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const std::vector<instruction> all = source_files::instructions_in(text);
    for (const instruction& each : all)
      if (status taken = take(each); !taken) return taken.error();
    if (stages_ == 0)
      return wrong(all.empty() ? 1 : all.back().line, "the Dockerfile has no FROM", {})
          .with("allowed", "FROM <image> [AS <stage>]");
    if (!all.back().open_end.empty())
      return wrong(all.back().line, "a here-document that does not end", all.back().open_end)
          .with("try", fmt::format("a line of {} alone", all.back().open_end));
    if (!of_.target.empty() && !is_target_)
      return wrong(1, "TARGET: the Dockerfile has no such stage", of_.target)
          .with("did you mean", nearest(of_.target, names_).value_or(""))
          .with("allowed", names_.empty() ? "none: no FROM has AS <stage>" : joined(names_, ", "));
    for (const auto& [name, value] : of_.args)
      if (!arguments_.contains(name) && !upper(name).ends_with("_PROXY")) {
        const std::vector<std::string> known(arguments_.begin(), arguments_.end());
        return wrong(1, "ARGS: the Dockerfile has no such ARG", name)
            .with("did you mean", nearest(name, known).value_or(""))
            .with("allowed", joined(known, ", "));
      }
    return std::move(made_);
  }

 private:
  error wrong(int line, std::string what, std::optional<std::string> value) const {
    return error{exit_class::usage, {}, std::move(what), std::move(value), {}}.with(
        "in", fmt::format("{}:{}", of_.path, line));
  }

  /// Instructions behind the stage that is built are checked, and take nothing.
  status take(const instruction& of) {
    if (std::ranges::find(instructions, of.name) == instructions.end())
      return wrong(of.line, "an instruction that there is not", displayable(of.name))
          .with("did you mean", nearest(of.name, instructions).value_or(""))
          .with("allowed", joined(instructions, ", "));
    if (of.name == "FROM") return take_from(of);
    if (of.name == "ARG") return take_argument(of), status();
    if (stages_ == 0)
      return wrong(of.line, "an instruction before the first FROM", of.name).with("allowed", "ARG");
    if (of.has_here && made_.here_line == 0 && !is_done_) made_.here_line = of.line;
    if (of.name == "ENV") take_variables(of);
    if (of.name == "COPY" || of.name == "ADD" || of.name == "RUN") return take_files(of);
    return {};
  }

  status take_from(const instruction& of) {
    is_done_ = is_target_;
    ++stages_;
    known_.clear();
    const parts said = parts_of(of);
    const bool is_named = said.words.size() == 3 && lower(said.words[1]) == "as";
    if (said.words.size() != 1 && !is_named)
      return wrong(of.line, "FROM takes one image, and a name for the stage", of.text)
          .with("allowed", "FROM [--platform=<platform>] <image> [AS <stage>]");
    name_ = is_named ? lower(said.words[2]) : std::string();
    if (!is_done_)
      if (status right = check_platform(of, said); !right) return right;
    const auto from = source_files::substituted(said.words[0], global_);
    if (!from || from->text.empty())
      return wrong(of.line, "FROM has a variable without a value", said.words[0])
          .with("allowed", "an ARG before the first FROM that has a value")
          .with("try", "ARG <name>=<value> there, or ARGS <name>=<value> of pipeline_image()");
    status named = take_image(from->text, of.line, true);
    take_written(from->text, said.words[0]);
    take_letters(from->text, of.line, "", said.words[0]);
    if (!name_.empty()) names_.push_back(name_), spelled_[name_] = said.words[2];
    if (!of_.target.empty() && (name_ == lower(of_.target) || of_.target == std::to_string(stages_ - 1))) {
      is_target_ = true;
      made_.target = is_named ? said.words[2] : of_.target;
    }
    return named;
  }

  status check_platform(const instruction& of, const parts& said) const {
    const auto platform = said.options.find("platform");
    if (platform == said.options.end()) return {};
    const std::string& written = platform->second.front();
    const auto text = source_files::substituted(written, global_);
    const std::string here = "linux/" + of_.architecture;
    if (text && (text->text == here || (text->text == here + "/v8" && of_.architecture == "arm64")))
      return {};
    return wrong(of.line, "a stage of another platform is not built here", text ? text->text : written)
        .with("allowed", here + ", $BUILDPLATFORM, $TARGETPLATFORM");
  }

  void take_argument(const instruction& of) {
    for (const std::string& word : source_files::words_of(of.text).value_or(std::vector<std::string>())) {
      const auto equals = word.find('=');
      const std::string name = word.substr(0, equals);
      arguments_.insert(name);
      dockerfile_variables& to = stages_ == 0 ? global_ : known_;
      if (const auto given = of_.args.find(name); given != of_.args.end())
        to[name] = {given->second};
      else if (equals != word.npos) {
        if (auto value = source_files::substituted(word.substr(equals + 1), to)) to[name] = *std::move(value);
      } else if (const auto found = global_.find(name); found != global_.end())
        to[name] = found->second;
    }
  }

  void take_variables(const instruction& of) {
    for (const std::string& word : source_files::words_of(of.text).value_or(std::vector<std::string>()))
      if (const auto equals = word.find('='); equals != word.npos)
        if (auto value = source_files::substituted(word.substr(equals + 1), known_))
          known_[word.substr(0, equals)] = *std::move(value);
  }

  status take_files(const instruction& of) {
    if (is_done_) return {};
    const parts said = parts_of(of);
    std::vector<std::string> images;
    const char* before = "from=";
    if (const auto from = said.options.find("from"); from != said.options.end() && of.name == "COPY")
      images = from->second, before = "--from=";
    if (const auto mounts = said.options.find("mount"); mounts != said.options.end())
      for (const std::string& each : mounts->second)
        if (auto image = mounted_image(each)) images.push_back(*std::move(image));
    for (const std::string& each : images) {
      take_letters(each, of.line, before, each);
      if (each.find('$') != each.npos)
        return wrong(of.line, "a variable in what files are taken from", each)
            .with("allowed", "a stage, its number, or an image")
            .with("try", "FROM " + each + " AS <stage>, and the stage here");
      if (status taken = take_image(each, of.line, false); !taken) return taken;
    }
    if (of.name == "ADD" && !said.options.contains("checksum")) take_urls(said, of.line);
    return {};
  }

  void take_urls(const parts& said, int line) {
    for (std::size_t at = 0; at + 1 < said.words.size(); ++at) {
      const auto word = source_files::substituted(said.words[at], known_);
      const std::string text = word ? word->text : said.words[at];
      if (is_url(text) && !(word && word->is_secret))
        find("warning", "unpinned-add",
             fmt::format("ADD of {}: what is there may change, and no change of it builds the image anew; "
                         "--checksum=sha256:<digest> says what is meant",
                         displayable(text)),
             line);
    }
  }

  void find(const char* level, const char* rule, std::string message, int line) {
    made_.findings.push_back(
        {.level = level, .rule = rule, .message = std::move(message), .path = of_.path, .line = line});
  }

  bool is_stage(const std::string& text, bool is_from) const {
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    return (is_number && !is_from) || std::ranges::find(names_, lower(text)) != names_.end();
  }

  status take_image(const std::string& text, int line, bool is_from) {
    if (is_done_ || text == "scratch" || is_stage(text, is_from)) return {};
    const auto known = std::ranges::find(made_.images, text, &dockerfile_image::text);
    if (known != made_.images.end()) return {};
    std::string reference = detail::tagged_reference_of(text);
    if (reference.empty())
      return wrong(line, "no image, and no stage before it", displayable(text))
          .with("did you mean", nearest(lower(text), names_).value_or(""))
          .with("allowed", "scratch, a stage, or [<registry>/]<repository>[:<tag>][@sha256:<digest>]");
    if (reference.find('@') == reference.npos && reference.ends_with(":latest"))
      find("note", "latest-base",
           fmt::format("{} names no version: cicd update moves it to whatever is newest", displayable(text)),
           line);
    made_.images.push_back({.text = text, .reference = std::move(reference), .line = line});
    return {};
  }

  void take_letters(const std::string& text, int line, const char* before, const std::string& written) {
    const auto stage = spelled_.find(lower(text));
    if (!is_done_ && stage != spelled_.end() && stage->second != text)
      made_.other_letters.push_back({line, before, written, stage->second});
  }

  /// What has a `=` is no name of a builder's.
  void take_written(const std::string& text, const std::string& written) {
    const auto image = std::ranges::find(made_.images, text, &dockerfile_image::text);
    if (image == made_.images.end() || written == text || written.find('=') != written.npos) return;
    if (std::ranges::find(image->written, written) == image->written.end()) image->written.push_back(written);
  }

  const dockerfile_request& of_;
  dockerfile_sources made_;
  dockerfile_variables global_, known_;
  std::set<std::string> arguments_;
  std::vector<std::string> names_;
  std::map<std::string, std::string> spelled_;  ///< by these, in the letters of their FROM
  std::string name_;
  std::size_t stages_ = 0;
  bool is_target_ = false, is_done_ = false;
};

}  // namespace
}  // namespace engine_dockerfile_sources

result<dockerfile_sources> dockerfile_sources_of(std::string_view text, const dockerfile_request& of) {
  return engine_dockerfile_sources::reader(of).read(text);
}

std::string in_equal_letters(std::string text, const std::vector<stage_in_other_letters>& of) {
  using engine_dockerfile_sources::is_in_comment;
  constexpr std::string_view ends = " \t\r\n\"',";
  for (const stage_in_other_letters& each : of) {
    std::size_t at = 0;
    for (int line = 1; line < each.line; ++line) at = text.find('\n', at) + 1;
    const std::string word = each.before + each.written;
    for (at = text.find(word, at); at != text.npos; at = text.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool begins = at == 0 || text[at - 1] == '=' || ends.find(text[at - 1]) != ends.npos;
      if (!begins || (end < text.size() && ends.find(text[end]) == ends.npos)) continue;
      if (is_in_comment(text, at)) continue;
      text.replace(at + each.before.size(), each.written.size(), each.is);
      break;
    }
  }
  return text;
}

}  // namespace cicd
