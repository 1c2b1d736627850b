// A host with an underscore.
// expects: a_host_is_a_DNS_name_in_lower_case
#include <cicd/declare/pipeline.hpp>

constexpr cicd::host_name host = "orders_api.example.com";
