// A text that is known only at run time: it must be asked with from().
// expects: consteval|constant expression|std::string|no viable
#include <cicd/declare/pipeline.hpp>

#include <string>
cicd::dns_label named(const std::string& name) { return name; }
