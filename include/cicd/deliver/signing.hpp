// Signing what is published, and the look at who signed what is to be deployed. Whether a deploy may go on is
// the gate's to say.
#pragma once

#include <optional>
#include <string>

#include <cicd/declare/signature.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/policy/gates_declared.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/image/signature/signed_image.hpp>

namespace cicd {

/// Whether the pipeline signs what it publishes.
bool signs_images(const declared_pipeline& pipeline);

/// Signs an image of the pipeline that lies in the layout folder `layout`, unless it is signed already. Class
/// `policy` for a fork, before any secret is fetched.
status sign_image(const permit& allowed,
                  const way_context& in,
                  const graph_step& step,
                  registry& to,
                  const std::string& layout,
                  const wanted_image& image);

/// Of the key files of VERIFY_SIGNATURE that can be read.
key_digests digests_of_keys(const declared_pipeline& pipeline, const environment& place);

/// Class `policy` where one of them is in no commit, since git ignores it: no history says whose key it is.
status check_keys_committed(const declared_pipeline& pipeline,
                            const environment& place,
                            const surroundings& around);

/// What is known of the signatures of an image: that of its own repository, else of the copy that the
/// environment has.
result<verified_image> verified_in(const way_context& in,
                                   const declared_pipeline& pipeline,
                                   const environment& place,
                                   const wanted_signature& by,
                                   const image_to_verify& image);

}  // namespace cicd
