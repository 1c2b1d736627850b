// The archive that a C++ file of pipelines is linked with: what it takes of the library, compiled once.
#include <cicd/pipeline.hpp>

#include <cicd/base/text.ipp>
#include <cicd/declare/typed_calls.ipp>
#include <cicd/declare/typed_program.ipp>
#include <cicd/declare/values/src.hpp>
#include <cicd/run/step_context.ipp>
#include <cicd/run/step_program.ipp>
#include <cicd/system/streamed_program.ipp>

#define CICD_VECTOR(element)                                                         \
  template std::vector<cicd::element>::vector(std::initializer_list<cicd::element>,  \
                                              const std::allocator<cicd::element>&); \
  template std::vector<cicd::element>::vector(const std::vector<cicd::element>&);    \
  template std::vector<cicd::element>::~vector();
#include <cicd/declare/typed_vectors.inc>
#undef CICD_VECTOR
