// Golden files of this room: tests/golden/report/<name>.txt. `CICD_WRITE_GOLDEN=<folder> unit_report` writes
// what is there now into a folder of its own, to be looked at and copied.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace cicd {

inline void expect_golden(const std::string& name, const std::string& text) {
  if (const char* folder = std::getenv("CICD_WRITE_GOLDEN")) {
    std::filesystem::create_directories(folder);
    std::ofstream(std::filesystem::path(folder) / (name + ".txt"), std::ios::binary) << text;
  }
  const auto path = std::filesystem::path(CICD_SOURCE_ROOT) / "tests/golden/report" / (name + ".txt");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  EXPECT_TRUE(file.good()) << "no golden file " << name;
  EXPECT_EQ(content.str(), text) << name;
}

/// Escapes as text, for golden files that hold colours.
inline std::string with_visible_escapes(const std::string& text) {
  std::string shown;
  for (const char c : text)
    shown += c == '\x1b' ? std::string("\\e") : c == '\r' ? std::string("\\r") : std::string(1, c);
  return shown;
}

}  // namespace cicd
