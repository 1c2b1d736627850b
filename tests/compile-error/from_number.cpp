// The same of a number.
// expects: checked\(text\) takes a text of run time
#include <cicd/declare/pipeline.hpp>

cicd::service declared() { return cicd::service{.name = "api", .replicas = cicd::replica_range::from("20..4")}; }
