// A container of an image on this machine, as runc takes it: its configuration by the OCI runtime
// specification. Pure; it does not know who starts it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/image/image_source.hpp>
#include <cicd/image/root_folder.hpp>

namespace cicd {

/// What a container is given beside its image.
struct container_wishes {
  std::vector<std::string> command;    ///< in place of the image's entry point and arguments
  std::vector<std::string> arguments;  ///< in place of the image's arguments
  std::vector<std::pair<std::string, std::string>> env;  ///< over the image's
  container_user user;
  /// A program of this machine that runs those of the image's architecture, and is put before the words;
  /// empty: none is needed.
  std::string emulator;
  bool root_is_read_only = false;
  bool is_rootless = false;                   ///< in a user namespace in which the one user is ours
  std::uint32_t own_user = 0, own_group = 0;  ///< of the calling process; used where rootless
  bool uses_host_network = false;
  struct bind {
    std::string from, to;
  };
  std::vector<bind> files;  ///< of this machine, that it reads
};

/// The words that it starts: empty where neither the image nor the wishes say.
std::vector<std::string> words_of_container(const seen_image& image, const container_wishes& wishes);
/// `config.json` of its bundle, whose root is `rootfs`: without capabilities and new privileges, an empty
/// /tmp, and a network of its own unless that is wished otherwise.
json runtime_config_of(const seen_image& image, const container_wishes& wishes);

}  // namespace cicd
