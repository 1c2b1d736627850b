// A name that is empty.
// expects: dns_label_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::dns_label name = "";
