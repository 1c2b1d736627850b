// A name with a capital letter and an underscore.
// expects: dns_label_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::pipeline declared{.name = "Orders_API"};
