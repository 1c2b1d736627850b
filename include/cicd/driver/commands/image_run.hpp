// Running an image on this machine as its service runs: by runc, with the variables and files that the
// declaration gives it, behind a free port. It does not know what a command line is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/driver/commands/find_image.hpp>

namespace cicd {

/// What is said beside the image.
struct image_run_request {
  std::string environment, service;
  std::string platform;
  std::vector<std::string> env;    ///< `NAME=value`, or `NAME`: as it is here
  std::vector<std::string> words;  ///< in place of the image's arguments
  int port = 0;                    ///< of this machine; 0: a free one
  bool uses_host_network = false, keeps_root_writable = false;
};

/// What runs, once it does.
struct running_image {
  std::string reference, service, environment;
  std::uint16_t inside = 0;          ///< the port in the container; 0: none is known
  std::string url;                   ///< where it is reached; empty: nowhere
  std::vector<std::string> missing;  ///< variables that only a cluster has
};

/// Runs it until it ends or we are told to stop. `started` is told once it listens, or, without a port, once
/// it runs. Gives its exit status as a class: `step_failed` where that is not 0.
result<exit_class> run_image(const image_run_request& request,
                             const image_finder& by,
                             found_image image,
                             const cancellation& cancelled,
                             const std::function<void(const running_image&)>& started,
                             const std::function<void(std::string_view)>& output);

}  // namespace cicd
