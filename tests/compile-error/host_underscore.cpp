// A host with an underscore.
// expects: a host is a DNS name in lower case
#include <cicd/declare/pipeline.hpp>

constexpr cicd::host_name host = "orders_api.example.com";
