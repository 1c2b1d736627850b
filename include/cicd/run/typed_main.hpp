// What a C++ file that SOURCE names is compiled behind: the declaration of its `declare()`, and the `main()`
// that calls it, so that another return type does not compile. Standard library only. Nothing else includes
// it.
#pragma once

#define CICD_TYPED_FILE

// First, so that what a compiler says of a wrong value has no further headers above it.
#include <cicd/declare/values/literal.hpp>
// After it for the same reason.
#include <cicd/declare/values/numbers.hpp>

#include <cicd/declare/typed_program.hpp>
#include <cicd/run/step_program.hpp>

#define CICD_VECTOR(element)                                                                \
  extern template std::vector<cicd::element>::vector(std::initializer_list<cicd::element>,  \
                                                     const std::allocator<cicd::element>&); \
  extern template std::vector<cicd::element>::vector(const std::vector<cicd::element>&);    \
  extern template std::vector<cicd::element>::~vector();
#include <cicd/declare/typed_vectors.inc>
#undef CICD_VECTOR

#ifdef CICD_SEVERAL_PIPELINES
std::vector<cicd::pipeline> declare();
#else
cicd::pipeline declare();
#endif

int main(int count, char** words) {
  return cicd::is_step(count, words) ? cicd::run_step(count, words, declare)
                                     : cicd::print_declared(count, words, declare);
}
