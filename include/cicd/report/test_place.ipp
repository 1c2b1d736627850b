// Reading a stack trace for the frame of the test's own class.
#pragma once

#include <cicd/report/test_place.hpp>

#include <cicd/base/text.hpp>

#include <algorithm>
#include <array>

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

/// The file of a class below one of the usual test folders of a source folder; empty where none is there.
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
  for (const auto& [step, source] : paths.source_folders)
    for (const std::string_view folder : folders)
      if (std::string path = source + "/" + std::string(folder) + package + at.file; paths.exists(path))
        return path;
  return {};
}

}  // namespace
}  // namespace report_test_place

std::string place_of(const test_case& test, const readable_paths& paths) {
  using namespace report_test_place;
  const frame at = frame_of_class(test.details, std::string_view(test.suite).substr(0, test.suite.find('$')));
  if (!test.file.empty()) {
    const bool same = !at.file.empty() && test.file.substr(test.file.rfind('/') + 1) == at.file;
    return paths.in(same ? test.file + ":" + at.line : test.file);
  }
  if (at.file.empty()) return {};
  const std::string path = found_in_sources(at, paths);
  return (path.empty() ? at.file : paths.in(path)) + ":" + at.line;
}

}  // namespace cicd
