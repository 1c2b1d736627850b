// A case by its name, and checks that say where they fail. Small enough to be replaced by GoogleTest or Catch2.
#pragma once

#include <cstdlib>
#include <iostream>
#include <map>
#include <source_location>
#include <string_view>

namespace checks {

inline std::map<std::string_view, void (*)()>& cases() {
  static std::map<std::string_view, void (*)()> all;
  return all;
}

struct added {
  added(std::string_view name, void (*body)()) { cases()[name] = body; }
};

inline bool failed = false;

template <typename Value, typename Expected>
void equal(const Value& value, const Expected& expected, std::source_location at = std::source_location::current()) {
  if (value == expected) return;
  failed = true;
  std::cerr << at.file_name() << ':' << at.line() << ": expected " << expected << ", got " << value << '\n';
}

/// The case that the command line names.
inline int run(int count, char** words) {
  const auto found = count == 2 ? cases().find(words[1]) : cases().end();
  if (found == cases().end()) {
    std::cerr << "there is no such case: " << (count == 2 ? words[1] : "") << '\n';
    return EXIT_FAILURE;
  }
  found->second();
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace checks

#define TEST(name)                                  \
  static void name();                               \
  static const checks::added name##_(#name, &name); \
  static void name()
