// The platform as part of keys, and which programs start others.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <cicd/observe/platform.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

TEST(the_platform, is_told_by_architecture_library_and_release) {
  EXPECT_EQ(
      platform_text_of("x86_64", "glibc 2.36", "NAME=\"Debian\"\nVERSION_ID=\"12\"\nID=debian\nID_LIKE=x\n"),
      "x86_64, glibc 2.36, debian 12");
  EXPECT_EQ(platform_text_of("i686", "musl", ""), "i686, musl");
  EXPECT_NE(platform_text_of("x86_64", "l", "ID=arch\nBUILD_ID=rolling"),
            platform_text_of("x86_64", "l", "ID=arch"));
  EXPECT_NE(platform_text().find(", glibc "), std::string::npos) << platform_text();
}

TEST(a_program_that_starts_others, is_known_by_its_name_or_its_first_line) {
  for (const char* name : {"sh", "/bin/bash", "python3", "/usr/bin/python3.11", "perl5.36", "make", "env"})
    EXPECT_TRUE(starts_unknown_programs(name)) << name;
  for (const char* name : {"cp", "/bin/true", "gcc-12", "shasum-of-mine", "/no/such/file", ""})
    EXPECT_FALSE(starts_unknown_programs(name)) << name;
  std::string pattern = (fs::temp_directory_path() / "cicd-platform-XXXXXX").string();
  const fs::path folder = mkdtemp(pattern.data());
  std::ofstream(folder / "script") << "#!/bin/sh\n";
  std::ofstream(folder / "short") << "#";
  EXPECT_TRUE(starts_unknown_programs((folder / "script").string()));
  EXPECT_FALSE(starts_unknown_programs((folder / "short").string()));
  fs::remove_all(folder);
}

}  // namespace
