// Which tools a step uses: their identity for the key and their version for a person, without starting them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
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

/// What a program reads that is neither in the step's folder nor named by it, each with a name for a person
/// and a text that changes with it: part of the key.
using read_elsewhere = std::vector<std::pair<std::string, std::string>>;

/// Where it reads.
struct reading_place {
  std::string source;              ///< absolute: the sources' folder
  bool in_source;                  ///< the step runs there, so that what lies above is read too
  std::string program;             ///< absolute, of the program where that is known
  std::string maven_repository{};  ///< absolute, the local one that Maven uses; empty: where it is by itself
};

/// Of Maven, however it is started (`mvn`, `mvnw`, `mvnd`): its own and the user's settings less their
/// secrets, the user's toolchains and start files, and the SNAPSHOTs in the local repository that the
/// project's pom.xml leads to. A SNAPSHOT that is not there has a text that is never the same. Of other
/// programs nothing.
result<read_elsewhere> read_elsewhere_by(std::string_view name,
                                         const reading_place& place,
                                         const surroundings& around,
                                         file_index& index);

}  // namespace cicd
