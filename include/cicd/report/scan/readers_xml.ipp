// The XML of cppcheck and of SpotBugs.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include <cicd/base/xml_tags.hpp>
#include <cicd/report/scan/readers.hpp>

namespace cicd {

namespace report_scan_readers_xml {
namespace {

std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

error not_whole(std::string_view of) {
  return error{exit_class::usage, {}, "the report of " + std::string(of) + " is not whole", {}, {}};
}

/// What cppcheck could not read is an error to it, as what it found is.
bool is_unread(std::string_view id) {
  constexpr std::array<std::string_view, 7> ids{"syntaxError",         "internalError",
                                                "internalAstError",    "cppcheckError",
                                                "unknownMacro",        "preprocessorErrorDirective",
                                                "noValidConfiguration"};
  return std::ranges::find(ids, id) != ids.end();
}

class spotbugs_reader {
 public:
  spotbugs_reader(std::string_view xml, named_files& files) : tags_(xml), files_(files) {}

  result<scan_report> read() && {
    made_.tool = "SpotBugs";
    bool is_whole = false;
    while (const auto tag = tags_.next()) {
      if (tag->name == "BugCollection" && tag->closes) is_whole = true;
      if (tag->name == "BugCollection" && !tag->closes) made_.version = tag->at("version");
      if (tag->name == "Errors" && !tag->closes && number_in(tag->at("errors")) > 0)
        made_.unread.push_back(tag->at("errors") + " errors while it read the classes");
      take(*tag);
    }
    if (!is_whole) return not_whole("SpotBugs");
    return std::move(made_);
  }

 private:
  void take(const xml_tag& tag) {
    if (tag.name == "BugInstance") return tag.closes ? end() : begin(tag);
    if (!is_within_) return;
    if (tag.name == "ShortMessage" && tag.closes) now_.message = tag.text;
    if (tag.name == "LongMessage" && tag.closes && !tag.text.empty()) now_.message = tag.text;
    if (tag.name == "SourceLine" && !tag.closes) take_place(tag);
    if (!tag.is_empty) depth_ += tag.closes ? -1 : 1;
  }

  void begin(const xml_tag& tag) {
    now_ = {};
    is_within_ = true;
    depth_ = 0;
    has_own_line_ = false;
    now_.rule = tag.at("type");
    now_.identity = tag.at("instanceHash");
    const std::string priority = tag.at("priority");
    now_.how_bad = priority == "1" ? severity::high : priority == "2" ? severity::medium : severity::low;
    now_.level = level_of(now_.how_bad);
  }

  /// The line of the bug itself stands directly in it, that of the method or the class within those.
  void take_place(const xml_tag& tag) {
    const bool is_own = depth_ == 0;
    if (tag.at("sourcepath").empty() || has_own_line_ || (!now_.path.empty() && !is_own)) return;
    now_.path = files_.path_of(tag.at("sourcepath"));
    now_.line = number_in(tag.at("start"));
    has_own_line_ = is_own;
  }

  void end() {
    if (!now_.rule.empty()) made_.findings.push_back(now_);
    is_within_ = false;
  }

  xml_tags tags_;
  named_files& files_;
  scan_report made_;
  scan_finding now_;
  bool is_within_ = false, has_own_line_ = false;
  int depth_ = 0;
};

}  // namespace
}  // namespace report_scan_readers_xml

result<scan_report> read_cppcheck(std::string_view xml, named_files& files) {
  using namespace report_scan_readers_xml;
  scan_report made{.tool = "cppcheck", .version = {}, .findings = {}, .rules = {}, .unread = {}};
  xml_tags tags(xml);
  bool is_whole = false;
  scan_finding now;
  std::string said;  // cppcheck's own word for how bad it is
  const auto end = [&] {
    if (is_unread(now.rule))
      made.unread.push_back((now.path.empty() ? "" : place_of(now) + ": ") + now.message);
    else if (said == "error" || said == "warning" || said == "style" || said == "performance"
             || said == "portability")
      made.findings.push_back(now);
    said.clear();
  };
  while (const auto tag = tags.next()) {
    if (tag->name == "results" && tag->closes) is_whole = true;
    if (tag->name == "cppcheck") made.version = tag->at("version");
    if (tag->name == "location" && !tag->closes && now.path.empty()) {
      now.path = files.path_of(tag->at("file"));
      now.line = number_in(tag->at("line"));
      now.column = number_in(tag->at("column"));
    }
    if (tag->name != "error") continue;
    if (tag->closes) {
      end();
      continue;
    }
    said = tag->at("severity");
    now = {};
    now.rule = tag->at("id");
    now.message = tag->at("msg");
    now.how_bad = severity_of_level(said);
    now.level = level_of(now.how_bad);
    if (tag->is_empty) end();
  }
  if (!is_whole) return not_whole("cppcheck");
  return made;
}

result<scan_report> read_spotbugs(std::string_view xml, named_files& files) {
  return report_scan_readers_xml::spotbugs_reader(xml, files).read();
}

}  // namespace cicd
