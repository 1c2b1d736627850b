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
#include <map>
#include <optional>
#include <sstream>
#include <tuple>

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
    if (output && !empty && !explains_failure_) skipping_ = !closes;
    if (!output && !skipping_) count(closes, empty);
    if (output && explains_failure_) keep_output(whole, closes);
    if (!output && !skipping_ && is_failure(plain)) explains_failure_ = empty;
    if (!skipping_ && plain == "testcase") explains_failure_ = false;
    return whole;
  }

  /// What a test printed is its whole explanation where the failure itself has no text (ctest's).
  void keep_output(std::string_view whole, bool closes) {
    keep(whole);
    if (closes) explains_failure_ = false;
  }
  static bool is_failure(std::string_view element) { return element == "failure" || element == "error"; }

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
  bool explains_failure_ = false;  ///< a failure without a text was just read
};

/// What XML forbids becomes a space, and bytes that are no UTF-8 become U+FFFD; a byte order mark goes.
std::string readable(std::string_view xml) {
  if (xml.starts_with("\xef\xbb\xbf")) xml.remove_prefix(3);
  std::string text = valid_utf8(xml);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') c = ' ';
  return text;
}

void append_utf8(std::string& to, char32_t c) {
  const auto more = [&](unsigned shift) { to += static_cast<char>(0x80U | ((c >> shift) & 0x3fU)); };
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += static_cast<char>(0xc0U | (c >> 6U)), more(0);
  } else if (c < 0x10000) {
    to += static_cast<char>(0xe0U | (c >> 12U)), more(6), more(0);
  } else {
    to += static_cast<char>(0xf0U | (c >> 18U)), more(12), more(6), more(0);
  }
}

/// UTF-16, by its mark or by the first character, and ISO 8859-1, by its declaration, as UTF-8; else as it
/// is.
std::string in_utf8(std::string_view xml) {
  std::string text;
  const bool small = xml.starts_with("\xff\xfe") || xml.starts_with(std::string_view("<\0", 2));
  if (small || xml.starts_with("\xfe\xff") || xml.starts_with(std::string_view("\0<", 2))) {
    const auto unit = [&](std::size_t at) {
      const auto one = static_cast<unsigned char>(xml[at]), two = static_cast<unsigned char>(xml[at + 1]);
      return static_cast<char32_t>(small ? two << 8U | one : one << 8U | two);
    };
    for (std::size_t at = 0; at + 1 < xml.size(); at += 2) {
      char32_t c = unit(at);
      const bool is_pair = c >= 0xd800 && c < 0xdc00 && at + 3 < xml.size();
      if (is_pair && (unit(at + 2) & 0xfc00U) == 0xdc00U) {
        c = 0x10000 + ((c & 0x3ffU) << 10U) + (unit(at + 2) & 0x3ffU);
        at += 2;
      }
      if (c != 0xfeff) append_utf8(text, c);
    }
    return text;
  }
  const std::string head = lower(xml.substr(0, std::min<std::size_t>(xml.find("?>"), 200)));
  if (!head.starts_with("<?xml") || (head.find("iso-8859-1") == head.npos && head.find("latin") == head.npos))
    return std::string(xml);
  for (const char c : xml) append_utf8(text, static_cast<unsigned char>(c));
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
  if (element == "skipped" || element == "ignored") return test_case::state::skipped;
  return std::nullopt;
}

/// How bad it is: an error in a fixture's end outdoes the skip that was said before.
int rank(test_case::state how) {
  switch (how) {
    case test_case::state::error: return 3;
    case test_case::state::failed: return 2;
    case test_case::state::skipped: return 1;
    case test_case::state::passed: break;
  }
  return 0;
}

bool has_failed(const test_case& test) {
  return test.how == test_case::state::failed || test.how == test_case::state::error;
}

/// The suite as a reader knows it: what ctest (`(empty)`, and the test's own name as its class) and node
/// (`test`, whatever the file) write for lack of one is none.
std::string suite_of(const tree& element, const std::string& around) {
  const std::string type = attribute(element, "classname");
  const bool says_nothing = type.empty() || type == attribute(element, "name")
                            || (type == "test" && attribute(element, "file").empty());
  const std::string& suite = says_nothing ? around : type;
  return suite == "(empty)" ? std::string() : suite;
}

/// What a test printed, from the first line that names a place in a file on: what runs tests has its own
/// lines before.
std::string from_first_place(const std::string& printed) {
  const std::vector<std::string> lines = split(trimmed(printed), '\n');
  const auto first = std::ranges::find_if(lines, [](const std::string& line) {
    for (std::size_t at = line.find(':'); at != line.npos; at = line.find(':', at + 1))
      if (at > 0 && line[at - 1] != ' ' && line.find_first_of("0123456789", at) == at + 1
          && line.find('.') < at)
        return true;
    return false;
  });
  return first == lines.end()
             ? printed
             : joined(std::span(&*first, static_cast<std::size_t>(lines.end() - first)), "\n");
}

/// The worst child decides, of two equal ones the first; `rerunFailure` and its kin do not, and
/// `flakyFailure` says that it passed in the end. googletest says by an attribute alone that a test was not
/// run.
test_case case_of(const tree& element, const std::string& suite) {
  test_case test{
      .suite = suite_of(element, suite),
      .name = attribute(element, "name"),
      .file = attribute(element, "file"),
      .how = attribute(element, "status") == "notrun" ? test_case::state::skipped : test_case::state::passed,
      .duration = duration_of(element),
      .message = {},
      .details = {}};
  for (const auto& [name, child] : element) {
    if (name.starts_with("system-")) {
      if (has_failed(test) && test.details.empty())
        test.message.clear(), test.details = from_first_place(capped(child.data()));
      continue;
    }
    if (name == "flakyFailure" || name == "flakyError") {
      test.flaky = true;
      test.message = attribute(child, "message");
      continue;
    }
    const auto how = state_of(name);
    const bool is_first = test.message.empty() && test.details.empty();
    if (!how || rank(*how) < rank(test.how) || (rank(*how) == rank(test.how) && !is_first)) continue;
    test.how = *how;
    test.message = attribute(child, "message");
    test.details = capped(child.data());
  }
  test.flaky = test.flaky && test.how == test_case::state::passed;
  return test;
}

std::size_t count_in(const tree& element, const std::string& name) {
  const std::string text = attribute(element, name);
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return std::min(count, most_cases);
}

bool holds_cases(const tree& suite) {
  return std::ranges::any_of(suite, [](const auto& child) {
    return child.first == "testcase" || (child.first.starts_with("testsuite") && holds_cases(child.second))
           || (child.first.starts_with("testsuite") && count_in(child.second, "tests") != 0);
  });
}

/// A suite that only says how many there are: as many cases, by its own counts, that say that they are not
/// listed.
void collect_counted(const tree& suite, const std::string& name, std::vector<test_case>& cases) {
  const std::size_t all = count_in(suite, "tests");
  std::size_t left[] = {count_in(suite, "errors"), count_in(suite, "failures"),
                        count_in(suite, "skipped") + count_in(suite, "disabled")};
  constexpr test_case::state states[] = {test_case::state::error, test_case::state::failed,
                                         test_case::state::skipped};
  for (std::size_t at = 0; at < all && cases.size() < most_cases; ++at) {
    test_case::state how = test_case::state::passed;
    for (std::size_t each = 0; each < 3 && how == test_case::state::passed; ++each)
      if (left[each] != 0) --left[each], how = states[each];
    cases.push_back({.suite = name,
                     .name = "not listed, " + std::to_string(at + 1) + " of " + std::to_string(all),
                     .file = {},
                     .how = how,
                     .duration = {},
                     .message = {},
                     .details = {}});
  }
}

/// Cases in the order of the document; suites may hold suites.
void collect(const tree& element, const std::string& suite, std::vector<test_case>& cases) {
  for (const auto& [name, child] : element) {
    if (cases.size() >= most_cases) return;
    if (name == "testcase") cases.push_back(case_of(child, suite));
    if (name != "testsuite" && name != "testsuites") continue;
    if (holds_cases(child))
      collect(child, attribute(child, "name"), cases);
    else
      collect_counted(child, attribute(child, "name"), cases);
  }
}

/// What a further run of the same case makes of it.
test_case run_again(test_case before, test_case again) {
  const bool flaky = before.flaky || again.flaky || has_failed(before) != has_failed(again);
  test_case& failed = has_failed(before) || before.flaky ? before : again;
  test_case& last = has_failed(before) ? again : before;
  test_case made = has_failed(before) && has_failed(again) ? before : last;
  made.flaky = flaky;
  if (flaky) made.message = std::move(failed.message), made.details = std::move(failed.details);
  return made;
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
  result<std::string> text = reducer().reduced(in_utf8(xml));
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

std::vector<test_case> cases_of_run(std::vector<junit_file> files) {
  struct known_case {
    std::size_t at, file;
  };
  std::vector<test_case> all;
  std::map<std::tuple<std::string, std::string, std::string>, known_case> known;
  for (std::size_t file = 0; file < files.size(); ++file)
    for (test_case& test : files[file].cases) {
      const auto [found, added] =
          known.try_emplace({files[file].folder, test.suite, test.name}, known_case{all.size(), file});
      if (!added && found->second.file != file) {
        test_case& before = all[found->second.at];
        before = report_junit_read::run_again(std::move(before), std::move(test));
      } else {
        all.push_back(std::move(test));
      }
    }
  return all;
}

std::string tests_summary(const std::vector<test_case>& cases) {
  std::size_t skipped = 0;
  std::vector<std::string> flaky;
  for (const test_case& test : cases) {
    if (test.how == test_case::state::skipped) ++skipped;
    if (test.flaky) flaky.push_back(test.suite.substr(test.suite.rfind('.') + 1) + "." + test.name);
  }
  std::string text = std::to_string(cases.size()) + (cases.size() == 1 ? " test" : " tests");
  if (skipped > 0) text += ", " + std::to_string(skipped) + " skipped";
  if (flaky.empty()) return text;
  const std::string count = std::to_string(flaky.size());
  if (flaky.size() > 3) flaky.resize(3), flaky.emplace_back("…");
  return text + ", " + count + " flaky (" + joined(flaky, ", ") + ")";
}

}  // namespace cicd
