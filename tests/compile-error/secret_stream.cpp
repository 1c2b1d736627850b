// A secret that is printed.
// expects: no match for .operator<<.|invalid operands to binary expression
#include <iostream>

#include <cicd/base/secret_value.hpp>

void show(const cicd::secret_value& secret) {
  std::cout << secret;
}
