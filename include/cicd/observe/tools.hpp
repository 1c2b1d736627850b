// Which tools a step uses: their identity for the key and their version for a person, without starting them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// A program as it is now.
struct tool_identity {
  std::string name;     ///< as declared: `java`, `mvn`
  std::string path;     ///< where it was found
  std::string version;  ///< for a person, where it can be read from files (`17.0.15` from the JDK's
                        ///< `release`); may be empty
  digest identity;      ///< changes when another build of the tool is used; the same on two machines with the
                        ///< same tool
};

/// Finds `name` on PATH (JAVA_HOME first for the JDK's programs, M2_HOME/MAVEN_HOME for mvn) or below
/// `directory`, follows links, and takes its identity: for a JDK its `release` file, for Maven its `lib/`
/// jars' names, else the digest of the program. Class `usage` with how to install it when it is not there.
result<tool_identity> identity_of(std::string_view name,
                                  const std::string& directory,
                                  const surroundings& around,
                                  file_index& index);

/// What Maven reads beside the project: user and global settings less their secrets (servers, proxies'
/// passwords), and the digests of the files of `.mvn` in the nearest folder above `project` (absolute; empty:
/// none) where it has no `.mvn` of its own. Empty text where there is nothing.
result<std::string> effective_maven_settings(const tool_identity& maven,
                                             const surroundings& around,
                                             const std::string& project = {});

}  // namespace cicd
