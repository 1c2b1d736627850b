// What a pipeline.cpp sees: the declaration types, with the standard library only.
#include <cicd/pipeline.hpp>

int main() {
  const cicd::pipeline declared{.name = "orders", .services = {cicd::service{.name = "api", .port = 8080}}};
  return declared.services.front().port.number() == 8080 ? 0 : 1;
}
