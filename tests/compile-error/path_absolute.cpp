// A path that leaves the source folder.
// expects: relative_path_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::relative_path path = "/usr/bin/mvn";
