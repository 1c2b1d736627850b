// Reading a stack trace for the frame of the test's own class.
#pragma once

#include <cicd/report/test_place.hpp>

#include <cicd/base/text.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace cicd {

namespace report_test_place {
namespace {

struct frame {
  std::string type;  ///< `shop.OrdersTest`, without inner classes
  std::string file;  ///< `OrdersTest.java`
  std::string line;  ///< `41`
};

/// `at shop.OrdersTest$Inner.closes(OrdersTest.java:41)`, with or without a module or loader before the type.
frame frame_of(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with("at ") || !text.ends_with(")")) return {};
  const std::size_t open = text.find('('), colon = text.rfind(':');
  if (open == text.npos || colon == text.npos || colon < open) return {};
  const std::string_view method = text.substr(3, open - 3),
                         line = text.substr(colon + 1, text.size() - colon - 2);
  const std::string_view owner = method.substr(0, std::min(method.rfind('.'), method.size()));
  if (line.empty() || line.find_first_not_of("0123456789") != line.npos) return {};
  const std::string_view type = owner.substr(owner.rfind('/') + 1);
  return {std::string(type.substr(0, type.find('$'))), std::string(text.substr(open + 1, colon - open - 1)),
          std::string(line)};
}

/// The last frame of the class: an inherited assertion's helper is nearer to the top.
frame frame_of_class(std::string_view details, std::string_view type) {
  frame found;
  for (const std::string& line : split(details, '\n'))
    if (frame one = frame_of(line); !one.type.empty() && one.type == type) found = std::move(one);
  return found;
}

/// Of what the step was given the one file that ends so, below the folder that `suite` ends in where there is
/// one; empty where there are several; nothing where there is none.
std::optional<std::string> given_file(const std::string& path,
                                      std::string_view suite,
                                      const readable_paths& paths) {
  if (!paths.given || paths.step.empty()) return std::nullopt;
  for (std::string_view folder = suite;;
       folder = folder.find('/') == folder.npos ? std::string_view() : folder.substr(folder.find('/') + 1)) {
    const std::vector<std::string> found =
        paths.given(paths.step, folder.empty() ? path : std::string(folder) + "/" + path);
    if (!found.empty()) return found.size() == 1 ? found.front() : std::string();
    if (folder.empty()) return std::nullopt;
  }
}

/// The file of a class below one of the usual test folders of a source folder; empty where none is there.
/// Kotlin's folders may leave out packages that all have in common.
std::string found_in_sources(const frame& at, const readable_paths& paths) {
  constexpr std::array<std::string_view, 7> folders{"src/test/java/",
                                                    "src/it/java/",
                                                    "src/test/kotlin/",
                                                    "src/integration-test/java/",
                                                    "src/integrationTest/java/",
                                                    "src/test/groovy/",
                                                    "src/test/scala/"};
  if (!paths.exists) return {};
  std::string package = at.type.substr(0, at.type.rfind('.') == at.type.npos ? 0 : at.type.rfind('.') + 1);
  std::replace(package.begin(), package.end(), '.', '/');
  if (const auto given = given_file(package + at.file, {}, paths)) return *given;
  for (const auto& [step, source] : paths.source_folders)
    for (const std::string_view folder : folders)
      for (std::string_view below = package;; below.remove_prefix(below.find('/') + 1)) {
        std::string path = source + "/" + std::string(folder) + std::string(below) + at.file;
        if (paths.exists(path)) return path;
        if (below.empty() || folder.find("kotlin") == folder.npos) break;
      }
  return {};
}

/// `test/a.js:4` at a colon of a text, or nothing: the word before it and the number after it.
std::pair<std::string, std::string> place_at(std::string_view text, std::size_t colon) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789", colon + 1), text.size());
  if (end == colon + 1) return {};
  const std::size_t before = text.find_last_of(" \t\n\"'()[]<>,", colon);
  const std::string_view file = text.substr(before + 1, colon - before - 1);
  if (file.find('.') == file.npos) return {};
  return {std::string(file), std::string(text.substr(colon + 1, end - colon - 1))};
}

/// `test/a.py`, `12` of a line of Python's traceback: `File "test/a.py", line 12, in test_a`.
std::pair<std::string, std::string> place_in_traceback(std::string_view line) {
  line = trimmed(line);
  const std::size_t number = line.find("\", line ");
  if (!line.starts_with("File \"") || number == line.npos) return {};
  const std::string_view digits = line.substr(number + 8);
  return {std::string(line.substr(6, number - 6)),
          std::string(digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size())))};
}

/// The first place in a text whose file is among the sources, as a path with a line.
std::string first_place(std::string_view text, std::string_view suite, const readable_paths& paths) {
  const auto found = [&](const std::pair<std::string, std::string>& place) {
    const std::string file = place.second.empty() ? "" : file_in_sources(place.first, suite, paths);
    return file.empty() ? file : paths.in(file) + ":" + place.second;
  };
  for (const std::string& line : split(text, '\n')) {
    if (std::string place = found(place_in_traceback(line)); !place.empty()) return place;
    for (std::size_t colon = line.find(':'); colon != line.npos; colon = line.find(':', colon + 1))
      if (std::string place = found(place_at(line, colon)); !place.empty()) return place;
  }
  return {};
}

/// Of a report's own file, which may end in a line: where it is among the sources, else as it is named.
std::string place_of_file(const test_case& test, const frame& at, const readable_paths& paths) {
  const std::size_t colon = test.file.rfind(':');
  const bool has_line = colon != test.file.npos && colon + 1 < test.file.size()
                        && test.file.find_first_not_of("0123456789", colon + 1) == test.file.npos;
  const std::string file = has_line ? test.file.substr(0, colon) : test.file;
  const bool same = !at.file.empty() && file.substr(file.rfind('/') + 1) == at.file;
  const std::string line = has_line ? test.file.substr(colon) : same ? ":" + at.line : std::string();
  const std::string found = file_in_sources(file, test.suite, paths);
  if (line.empty())
    if (std::string place = first_place(test.details, test.suite, paths); !place.empty()) return place;
  return paths.in(found.empty() ? file : found) + line;
}

}  // namespace
}  // namespace report_test_place

std::string file_in_sources(std::string path, std::string_view suite, const readable_paths& paths) {
  if (path.starts_with("file://")) path.erase(0, 7);
  if (path.starts_with("./")) path.erase(0, 2);
  if (path.empty() || !paths.exists) return {};
  const readable_paths absolute{paths.source_folders, {}, paths.exists, paths.links};
  if (path.front() == '/') {
    path = absolute.in(path);
    for (const auto& [step, source] : paths.source_folders)
      if (path.starts_with(source + "/") && !path.starts_with(step + "/") && paths.exists(path)) return path;
    return {};
  }
  if (const auto given = report_test_place::given_file(path, suite, paths)) return *given;
  for (const auto& [step, source] : paths.source_folders) {
    if (std::string found = source + "/" + path; paths.exists(found)) return found;
    for (std::string_view folder = suite; !folder.empty();
         folder = folder.find('/') == folder.npos ? std::string_view() : folder.substr(folder.find('/') + 1))
      if (std::string found = source + "/" + std::string(folder) + "/" + path; paths.exists(found))
        return found;
  }
  return {};
}

std::string place_of(const test_case& test, const readable_paths& paths) {
  using namespace report_test_place;
  const frame at = frame_of_class(test.details, std::string_view(test.suite).substr(0, test.suite.find('$')));
  if (!test.file.empty()) return place_of_file(test, at, paths);
  if (at.file.empty()) {
    const std::string place = first_place(test.details, test.suite, paths);
    return place.empty() ? first_place(test.message, test.suite, paths) : place;
  }
  const std::string path = found_in_sources(at, paths);
  return (path.empty() ? at.file : paths.in(path)) + ":" + at.line;
}

}  // namespace cicd
