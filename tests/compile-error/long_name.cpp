// A name of 64 characters.
// expects: dns_label_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::dns_label name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
