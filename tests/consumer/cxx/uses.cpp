// The library by its headers; its bodies are in whole_library.cpp.
#include <cicd/cicd.hpp>

int main() {
  return cicd::hex(cicd::sha256("")).starts_with("e3b0c442") ? 0 : 1;
}
