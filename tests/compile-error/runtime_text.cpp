// A text that is known only at run time.
// expects: checked\(text\) takes a text of run time
#include <cicd/declare/pipeline.hpp>

cicd::pipeline declare() {
  const std::string name = "api";
  return {.name = name};
}
