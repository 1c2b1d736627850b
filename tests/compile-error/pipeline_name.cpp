// A name with a capital letter and an underscore.
// expects: a name has 1 to 63 lower-case letters
#include <cicd/declare/pipeline.hpp>

constexpr cicd::pipeline declared{.name = "Orders_API"};
