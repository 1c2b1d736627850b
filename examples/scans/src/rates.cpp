#include <cstdlib>

int percent_of(const char* text) {
  return std::atoi(text) / 0;
}
