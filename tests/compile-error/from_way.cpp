// The same of a way of deploying.
// expects: checked\(text\) takes a text of run time
#include <cicd/declare/pipeline.hpp>

cicd::environment declared() { return cicd::environment{.name = "stage", .via = cicd::deploy_way::from("ftp")}; }
