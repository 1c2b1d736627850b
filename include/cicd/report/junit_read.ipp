// Reading JUnit files, by Boost.PropertyTree's XML parser. A test writes these files, so they are foreign:
// what the parser need not see (DTDs, captured output) is taken out before, and how deep and how large a
// document may be is bounded.
#pragma once

#include <cicd/report/junit.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

namespace cicd {

namespace report_junit_read {
namespace {

constexpr std::size_t most_bytes = 64U << 20U;  ///< without captured output
constexpr std::size_t deepest = 64;             ///< elements within elements; the parser recurses
constexpr std::size_t most_cases = 100'000;
constexpr std::size_t longest_text = 64U << 10U;

error no_junit(std::string why) {
  return {.kind = exit_class::usage,
          .subject = {},
          .what = "no JUnit file: " + std::move(why),
          .value = {},
          .notes = {}};
}

/// `text` up to and with the next `end`; all of it where there is none.
std::string_view until(std::string_view text, std::string_view end) {
  const std::size_t at = text.find(end);
  return at == text.npos ? text : text.substr(0, at + end.size());
}

/// A tag at the front, quoted values minded.
std::string_view tag_at_front(std::string_view text) {
  char quote = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == 0 && c == '>') return text.substr(0, at + 1);
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return text;
}

/// A document type with its internal subset: `<!DOCTYPE a [ … ]>`.
std::string_view doctype_at_front(std::string_view text) {
  std::size_t brackets = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[') ++brackets;
    if (text[at] == ']' && brackets > 0) --brackets;
    if (text[at] == '>' && brackets == 0) return text.substr(0, at + 1);
  }
  return text;
}

/// Copies a document without what is not looked at; keeps count of how deep it is.
class reducer {
 public:
  result<std::string> reduced(std::string_view text) {
    while (!text.empty()) {
      const std::string_view part = next_part(text);
      if (depth_ > deepest) return no_junit("more than 64 elements within each other");
      if (kept_.size() > most_bytes) return no_junit("larger than 64 MiB");
      text.remove_prefix(part.size());
    }
    return std::move(kept_);
  }

 private:
  /// Characters, markup without elements, or a tag.
  std::string_view next_part(std::string_view text) {
    if (text[0] != '<') return keep(text.substr(0, std::min(text.find('<'), text.size())));
    if (text.starts_with("<!--")) return until(text, "-->");
    if (text.starts_with("<![CDATA[")) return keep(until(text, "]]>"));
    if (text.starts_with("<?")) return until(text, "?>");
    if (text.starts_with("<!")) return doctype_at_front(text);
    return tag(tag_at_front(text));
  }

  std::string_view tag(std::string_view whole) {
    const std::string_view name = whole.substr(1, whole.find_first_of(" \t\r\n/>", 2) - 1);
    const bool closes = whole.starts_with("</"), empty = whole.ends_with("/>");
    const std::string_view plain = closes ? whole.substr(2, whole.find_first_of(" \t\r\n>", 2) - 2) : name;
    const bool output = plain == "system-out" || plain == "system-err";
    if (!output) keep(whole);
    if (output && !empty) skipping_ = !closes;
    if (!output && !skipping_) count(closes, empty);
    return whole;
  }

  void count(bool closes, bool empty) {
    if (closes && depth_ > 0) --depth_;
    if (!closes && !empty) ++depth_;
  }

  std::string_view keep(std::string_view part) {
    if (!skipping_) kept_.append(part);
    return part;
  }

  std::string kept_;
  std::size_t depth_ = 0;
  bool skipping_ = false;
};

/// What XML forbids becomes a space, and bytes that are no UTF-8 become U+FFFD; a byte order mark goes.
std::string readable(std::string_view xml) {
  if (xml.starts_with("\xef\xbb\xbf")) xml.remove_prefix(3);
  std::string text = valid_utf8(xml);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') c = ' ';
  return text;
}

using tree = boost::property_tree::ptree;

std::string capped(std::string text) {
  if (text.size() > longest_text) text = valid_utf8(text.substr(0, longest_text)) + "…";
  return text;
}

std::string attribute(const tree& element, const std::string& name) {
  return capped(element.get<std::string>(tree::path_type("<xmlattr>/" + name, '/'), ""));
}

/// Seconds as a decimal number; surefire once wrote `1,234.5`. Anything else, and what is no time, is zero.
std::chrono::milliseconds duration_of(const tree& element) {
  const std::string text = replaced_all(attribute(element, "time"), ",", "");
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return {};
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::optional<test_case::state> state_of(const std::string& element) {
  if (element == "error") return test_case::state::error;
  if (element == "failure") return test_case::state::failed;
  if (element == "skipped") return test_case::state::skipped;
  return std::nullopt;
}

/// The first child that says that it did not pass decides; `flakyFailure`, `rerunFailure` and their kin do
/// not.
test_case case_of(const tree& element, const std::string& suite) {
  test_case test{.suite = attribute(element, "classname"),
                 .name = attribute(element, "name"),
                 .file = attribute(element, "file"),
                 .how = test_case::state::passed,
                 .duration = duration_of(element),
                 .message = {},
                 .details = {}};
  if (test.suite.empty()) test.suite = suite;
  for (const auto& [name, child] : element) {
    const auto how = state_of(name);
    if (!how) continue;
    test.how = *how;
    test.message = attribute(child, "message");
    test.details = capped(child.data());
    break;
  }
  return test;
}

/// Cases in the order of the document; suites may hold suites.
void collect(const tree& element, const std::string& suite, std::vector<test_case>& cases) {
  for (const auto& [name, child] : element) {
    if (cases.size() >= most_cases) return;
    if (name == "testcase") cases.push_back(case_of(child, suite));
    if (name == "testsuite" || name == "testsuites") collect(child, attribute(child, "name"), cases);
  }
}

result<tree> parsed(const std::string& text) {
  tree document;
  try {
    std::istringstream stream(text);
    boost::property_tree::read_xml(stream, document, boost::property_tree::xml_parser::no_comments);
  } catch (const boost::property_tree::xml_parser_error& failure) {
    return no_junit(failure.message() + " (line " + std::to_string(failure.line()) + ")");
  }
  return document;
}

}  // namespace
}  // namespace report_junit_read

result<std::vector<test_case>> read_junit(std::string_view xml) {
  using namespace report_junit_read;
  result<std::string> text = reducer().reduced(xml);
  if (!text) return std::move(text).error();
  const result<tree> document = parsed(readable(*text));
  if (!document) return document.error();
  if (document->empty()) return no_junit("there is no element in it");
  const std::string& root = document->front().first;
  if (root != "testsuite" && root != "testsuites") {
    error failure = no_junit("its outermost element");
    failure.value = cut_to(root, 80);
    return std::move(failure).with("allowed", "testsuites, testsuite");
  }
  std::vector<test_case> cases;
  collect(*document, {}, cases);
  return cases;
}

}  // namespace cicd
