// The whole library with its bodies, in one translation unit.
#include <cicd/cicd.hpp>
#include <cicd/src.hpp>

int main() {
  return cicd::hex(cicd::sha256("")).starts_with("e3b0c442") ? 0 : 1;
}
