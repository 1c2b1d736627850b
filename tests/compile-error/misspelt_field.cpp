// A misspelt field: the message names it.
// expects: replcas
#include <cicd/declare/pipeline.hpp>

cicd::service declared() { return cicd::service{.name = "api", .replcas = 2}; }
