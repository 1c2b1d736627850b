// A path that leaves the source folder.
// expects: a_path_here_is_relative_and_stays_within_its_folder
#include <cicd/declare/pipeline.hpp>

constexpr cicd::relative_path path = "/usr/bin/mvn";
