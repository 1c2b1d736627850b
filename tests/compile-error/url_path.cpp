// A path of a URL without its slash.
// expects: url_path_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::url_path ready = "health";
