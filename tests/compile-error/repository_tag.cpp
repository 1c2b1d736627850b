// A repository with a tag.
// expects: image_repository_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::image_repository repository = "services/orders:latest";
