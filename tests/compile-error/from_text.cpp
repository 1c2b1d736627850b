// A text of which `from` would make an empty value without a word.
// expects: checked\(text\) takes a text of run time
#include <cicd/declare/pipeline.hpp>

cicd::service declared() { return cicd::service{.name = "api", .memory = cicd::quantity::from("512Mb")}; }
