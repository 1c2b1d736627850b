// A name of 64 characters.
// expects: a name has 1 to 63 lower-case letters
#include <cicd/declare/pipeline.hpp>

constexpr cicd::dns_label name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
