// The version in what tools really print.
#include <gtest/gtest.h>

#include <cicd/driver/commands/doctor_templates.hpp>

namespace {

TEST(a_version, is_found_in_what_a_tool_prints) {
  using cicd::version_in;
  EXPECT_EQ(version_in("\x1b[1mApache Maven 3.8.7\x1b[m\nMaven home: /usr/share/maven\n"), "3.8.7");
  EXPECT_EQ(version_in("openjdk version \"17.0.15\" 2025-04-15\n"), "17.0.15");
  EXPECT_EQ(version_in("go version go1.22.1 linux/amd64\n"), "1.22.1");
  EXPECT_EQ(version_in("g++ (Debian 12.2.0-14) 12.2.0\n"), "12.2.0");
  EXPECT_EQ(version_in("v20.19.0\n"), "20.19.0");
  EXPECT_EQ(version_in("openjdk 22 2024-03-19\n"), "22");
  EXPECT_EQ(version_in("cargo 1.80.\n"), "1.80");
  EXPECT_EQ(version_in("no number\n"), "");
}

}  // namespace
