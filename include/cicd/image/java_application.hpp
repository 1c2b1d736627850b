// How a runnable jar becomes layers and a start. It does not know the image that it goes into.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/image.hpp>

namespace cicd {

/// The layers and the start of a runnable jar: plain jars give `lib/` as `dependencies` and the jar as
/// `application`; Spring Boot jars give one layer for each entry of their `layers.idx`, unpacked, started by
/// their launcher.
struct java_application {
  std::vector<layer_recipe> layers;
  std::vector<std::string> entrypoint;
  std::string working_directory = "/app";
};
/// `jar` is the absolute path; what is unpacked lies below `scratch` afterwards.
result<java_application> java_application_of(const std::string& jar,
                                             const std::string& scratch,
                                             const unpack_limit& limit = {});
/// Which jar of a folder runs, when several match: the one whose manifest has a Main-Class; never
/// `*-sources`, `*-javadoc`, `*-tests`, `*.original`. Class `usage` with the candidates and the keyword that
/// decides.
result<std::string> runnable_jar(const std::string& folder, const std::string& pattern);

}  // namespace cicd
