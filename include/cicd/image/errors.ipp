// How the room's failures begin.
#pragma once

#include <cicd/image/errors.hpp>

#include <cerrno>
#include <cstring>

namespace cicd {

error image_error(exit_class kind, std::string what, std::optional<std::string> value) {
  return {.kind = kind, .subject = {}, .what = std::move(what), .value = std::move(value), .notes = {}};
}

error image_system_error(exit_class kind, std::string what, std::string path) {
  const std::string reason = std::strerror(errno);
  return image_error(kind, std::move(what), std::move(path)).with("caused by", reason);
}

error image_cancelled() {
  return image_error(exit_class::interrupted, "stopped while the image was built");
}

}  // namespace cicd
