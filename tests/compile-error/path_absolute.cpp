// A path that leaves the source folder.
// expects: a path here is relative and stays within its folder
#include <cicd/declare/pipeline.hpp>

constexpr cicd::relative_path path = "/usr/bin/mvn";
