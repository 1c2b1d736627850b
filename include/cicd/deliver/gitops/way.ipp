// `VIA gitops`: manifests are committed to a git repository that an agent follows.
#pragma once

#include <cicd/deliver/gitops/traits.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_gitops {
namespace {

const listed_way listed(gitops_traits);

}  // namespace
}  // namespace deliver_gitops

}  // namespace cicd
