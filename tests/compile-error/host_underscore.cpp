// A host with an underscore.
// expects: host_name_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::host_name host = "orders_api.example.com";
