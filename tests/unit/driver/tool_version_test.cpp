// The version in what tools really print.
#include <gtest/gtest.h>

#include <cicd/driver/commands/tool_version.hpp>

namespace {

TEST(a_version, is_found_in_what_a_tool_prints) {
  using cicd::version_in;
  EXPECT_EQ(version_in("\x1b[1mApache Maven 3.8.7\x1b[m\nMaven home: /usr/share/maven\nJava version: "
                       "17.0.15, vendor: Debian\n"),
            "3.8.7");
  EXPECT_EQ(version_in("openjdk version \"17.0.15\" 2025-04-15\n"), "17.0.15");
  EXPECT_EQ(version_in("go version go1.19.8 linux/amd64\n"), "1.19.8");
  EXPECT_EQ(version_in("gcc (Debian 12.2.0-14) 12.2.0\nCopyright (C) 2022\n"), "12.2.0");
  EXPECT_EQ(version_in("Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu\n"), "14.0.6");
  EXPECT_EQ(version_in("Python 3.11.2\n"), "3.11.2");
  EXPECT_EQ(version_in("v20.19.0\n"), "20.19.0");
  EXPECT_EQ(version_in("javac 17.0.9\n"), "17.0.9");
  EXPECT_EQ(version_in("openjdk 22 2024-03-19\n"), "22");
  EXPECT_EQ(version_in("cargo 1.80.\n"), "1.80");
  EXPECT_EQ(version_in("kubectl\nClient Version: v1.29.0\nKustomize Version: v5.0.4\n"), "1.29.0");
  EXPECT_EQ(version_in("aws-cli/2.15.0 Python/3.11.6\n"), "2.15.0");
  EXPECT_EQ(version_in("jq-1.6\n"), "1.6");
  EXPECT_EQ(version_in("bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n"), "5.2.15");
  EXPECT_EQ(version_in("no number\n"), "");
}

TEST(a_version, is_no_number_that_only_stands_before_it) {
  using cicd::version_in;
  EXPECT_EQ(version_in("Picked up JAVA_TOOL_OPTIONS: -Xmx1.5g -Dport=1.2\njavac 17\n"), "17");
  EXPECT_EQ(version_in("g++-13 (Ubuntu 13.2.0-4ubuntu3) 13.3.0\n"), "13.3.0");
  EXPECT_EQ(version_in("GNU ld (GNU Binutils for Debian 2.40) 2.41\n"), "2.41");
  EXPECT_EQ(version_in("openjdk 17 2021-09-14\nOpenJDK Runtime Environment (build 17.0.1+12)\n"), "17");
  EXPECT_EQ(version_in("\n------------\nGradle 4.4.1\n------------\n\nBuild time: 2012-12-21 00:00:00 "
                       "UTC\nGroovy: 2.4.21\n"),
            "4.4.1");
  EXPECT_EQ(version_in("tool for protocol (1.0)\ntool version 0.9.2\n"), "0.9.2");
}

}  // namespace
