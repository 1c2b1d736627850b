// What a configure of trusted files may hear of an untrusted checkout: nothing that leads into it.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include <cicd/engine/clean_configure.hpp>

namespace {

using namespace cicd;

const untrusted_folders& folders() {
  static const untrusted_folders made({"/src/app", "/a folder/build"});
  return made;
}

TEST(a_clean_configure, has_no_variable_that_names_a_path_of_the_checkout) {
  const std::map<std::string, std::string, std::less<>> there{{"CMAKE_PREFIX_PATH", "/opt/x:/src/app/vendor"},
                                                              {"CXXFLAGS", "-O2 -I/src/app/include"},
                                                              {"rules_ROOT", "/a folder/build/x"},
                                                              {"MORE", "/opt/../src/app"},
                                                              {"CMAKE_TOOLCHAIN_FILE", "tools.cmake"},
                                                              {"CMAKE_PROJECT_INCLUDE", "cmake/x.cmake"},
                                                              {"CMAKE_C_COMPILER_LAUNCHER", "ci/launch"},
                                                              {"CMAKE_BUILD_TYPE", "Debug"},
                                                              {"rules_DIR", "vendor"},
                                                              {"PATH", "/usr/bin:/src/app/bin:bin:/bin"},
                                                              {"KEPT", "/opt/src/app:/src/application"},
                                                              {"Boost_ROOT", "/opt/boost"},
                                                              {"CMAKE_CXX_COMPILER_LAUNCHER", "ccache"},
                                                              {"HOME", "/root"}};
  const surroundings left = without_folders(surroundings(there), folders());
  const std::map<std::string, std::string, std::less<>> wanted{{"PATH", "/usr/bin:/bin"},
                                                               {"KEPT", "/opt/src/app:/src/application"},
                                                               {"Boost_ROOT", "/opt/boost"},
                                                               {"CMAKE_CXX_COMPILER_LAUNCHER", "ccache"},
                                                               {"HOME", "/root"}};
  EXPECT_EQ(left.all(), wanted);
}

TEST(a_clean_configure, is_given_the_tools_that_lie_outside_and_nothing_else) {
  const std::string cache =
      "CMAKE_CXX_COMPILER:FILEPATH=/usr/bin/c++\n"
      "CMAKE_C_COMPILER:FILEPATH=/src/app/cc\n"
      "CMAKE_CXX_COMPILER_LAUNCHER:STRING=/usr/bin/ccache\n"
      "CMAKE_BUILD_TYPE:STRING=Debug\n"
      "CMAKE_PREFIX_PATH:PATH=/opt/x\n"
      "CMAKE_TOOLCHAIN_FILE:PATH=/opt/tools.cmake\n"
      "//No help, variable specified on the command line.\n"
      "RULE:UNINITIALIZED=none\n"
      "CMAKE_MAKE_PROGRAM:FILEPATH=/usr/bin/ninja\n"
      "cicd_DIR:PATH=/usr/share/cmake/cicd\n";
  const std::vector<std::string> wanted{"-DCMAKE_CXX_COMPILER=/usr/bin/c++",
                                        "-DCMAKE_MAKE_PROGRAM=/usr/bin/ninja",
                                        "-Dcicd_DIR=/usr/share/cmake/cicd"};
  EXPECT_EQ(settings_of_tools(cache, folders()), wanted);
  EXPECT_TRUE(settings_of_tools("cicd_DIR:PATH=/a folder/build/cicd\n", folders()).empty());
}

}  // namespace
