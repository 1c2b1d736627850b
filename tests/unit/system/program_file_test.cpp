// What a program's file asks for before it can start.
#include <cicd/system/program_file.hpp>

#include <elf.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>

namespace {

using namespace cicd;

/// A file with a program header that names a loader, in that class of ELF.
template <typename Header, typename Segment>
std::string elf_with(unsigned char kind, const std::string& loader) {
  Header header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = kind;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Segment);
  header.e_phnum = 2;
  std::array<Segment, 2> segments{};
  segments[0].p_type = PT_LOAD;
  segments[1].p_type = PT_INTERP;
  segments[1].p_offset = sizeof header + sizeof segments;
  segments[1].p_filesz = loader.size() + 1;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(reinterpret_cast<const char*>(segments.data()), sizeof segments);
  return bytes + loader + std::string(1, '\0');
}

struct program_fixture : testing::Test {
  std::string root = testing::TempDir() + "cicd-program-" + std::to_string(getpid());
  std::string path = root + "-file";

  void TearDown() override { std::remove(path.c_str()); }
  std::optional<std::string> interpreter_in(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
    return interpreter_of(path);
  }
};

TEST_F(program_fixture, names_the_interpreter_of_a_script) {
  EXPECT_EQ(interpreter_in("#!/bin/sh -e\n"), "/bin/sh");
  EXPECT_EQ(interpreter_in("#! /usr/bin/env python3\n"), "/usr/bin/env");
  EXPECT_EQ(interpreter_in("#!/bin/bash\r\n"), "/bin/bash\r");
  EXPECT_EQ(interpreter_in("#!"), std::nullopt);
  EXPECT_EQ(interpreter_in("echo\n"), std::nullopt);
}

TEST_F(program_fixture, names_the_loader_of_an_elf_file_of_either_class) {
  const std::string musl = elf_with<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, "/lib/ld-musl-x86_64.so.1");
  EXPECT_EQ(interpreter_in(musl), "/lib/ld-musl-x86_64.so.1");
  EXPECT_EQ(interpreter_in(elf_with<Elf32_Ehdr, Elf32_Phdr>(ELFCLASS32, "/lib/ld-linux.so.2")),
            "/lib/ld-linux.so.2");
  for (std::size_t size = 0; size < musl.size() - 26; ++size)
    EXPECT_EQ(interpreter_in(musl.substr(0, size)).value_or(""), "") << size;
  EXPECT_EQ(interpreter_of(root + "-not-there"), std::nullopt);
}

TEST(the_package_of_a_library, is_called_as_debian_policy_says) {
  EXPECT_EQ(package_of_library("libfoo.so.1"), "libfoo1");
  EXPECT_EQ(package_of_library("libssl.so.1.1"), "libssl1.1");
  EXPECT_EQ(package_of_library("libglib-2.0.so.0"), "libglib-2.0-0");
  EXPECT_EQ(package_of_library("libXi_x.so.6"), "libxi-x6");
  for (const char* other : {"", "libfoo.so", ".so.1", "libfoo.so.1a", "libfoo.so."})
    EXPECT_EQ(package_of_library(other), "") << other;
}

TEST_F(program_fixture, finds_a_library_of_an_installed_package) {
  const std::string info = root + "-info";
  ASSERT_EQ(mkdir(info.c_str(), 0700), 0);
  std::ofstream(info + "/foo.list") << "/.\n/opt/foo/lib/libfoo.so.1\n/opt/foo/lib/notlibfoo.so.1\n";
  std::ofstream(info + "/foo.md5sums") << "/wrong/libbar.so.1\n";
  EXPECT_EQ(installed_library("libfoo.so.1", info), "/opt/foo/lib/libfoo.so.1");
  EXPECT_EQ(installed_library("libbar.so.1", info), "");
  EXPECT_EQ(installed_library("libfoo.so.1", info + "-none"), "");
  for (const char* name : {"/foo.list", "/foo.md5sums"}) std::remove((info + name).c_str());
  rmdir(info.c_str());
}

}  // namespace
