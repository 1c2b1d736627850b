// A path of a URL without its slash.
// expects: a URL path begins with
#include <cicd/declare/pipeline.hpp>

constexpr cicd::url_path ready = "health";
