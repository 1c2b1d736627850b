// The bodies of deliver/render/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/render/render_folder.ipp>
