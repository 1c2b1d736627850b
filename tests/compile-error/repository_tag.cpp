// A repository with a tag.
// expects: an_image_repository_has_no_tag_no_digest_and_no_capital_letter
#include <cicd/declare/pipeline.hpp>

constexpr cicd::image_repository repository = "services/orders:latest";
