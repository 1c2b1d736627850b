// A path of a URL without its slash.
// expects: a_URL_path_begins_with_a_slash
#include <cicd/declare/pipeline.hpp>

constexpr cicd::url_path ready = "health";
