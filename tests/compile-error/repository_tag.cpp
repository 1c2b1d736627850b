// A repository with a tag.
// expects: an image repository has no tag, no digest and no capital letter
#include <cicd/declare/pipeline.hpp>

constexpr cicd::image_repository repository = "services/orders:latest";
