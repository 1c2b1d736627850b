// `VIA render`: manifests are written to a folder.
#pragma once

#include <cicd/deliver/render/traits.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_render {
namespace {

const listed_way listed(render_traits);

}  // namespace
}  // namespace deliver_render

}  // namespace cicd
