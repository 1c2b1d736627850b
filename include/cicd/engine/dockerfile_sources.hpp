// What a Dockerfile takes from elsewhere: images by FROM, COPY --from and RUN --mount, URLs by ADD. It is
// read as far as that takes; what an instruction does is the builder's. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/report/scan/sarif.hpp>

namespace cicd {

/// An image of a registry that a Dockerfile names.
struct dockerfile_image {
  std::string text;  ///< as the builder sees it, variables replaced
  std::string
      reference;  ///< whole: `docker.io/library/x:17`, `<registry>/<repository>[:<tag>]@sha256:<digest>`
  int line = 0;
  std::vector<std::string> written{};  ///< by FROM with variables
};

/// Where a stage is named in other letters than its FROM has, which builders other than BuildKit tell apart.
struct stage_in_other_letters {
  int line = 0;                     ///< of the instruction
  std::string before, written, is;  ///< `--from=`, `build`, `Build`
};

struct dockerfile_sources {
  std::string target{};                  ///< the stage that is asked for, in the letters of its FROM
  std::vector<dockerfile_image> images;  ///< each text once, of the stages up to the one that is built
  /// What makes another image of the same sources possible: level `warning` of severity medium, `note` of
  /// low.
  std::vector<scan_finding> findings;
  int here_line = 0;  ///< of the first here-document; 0: there is none
  std::vector<stage_in_other_letters> other_letters{};
};

/// What is built of a Dockerfile.
struct dockerfile_request {
  std::string path;                         ///< as errors name it
  std::string target;                       ///< the stage; empty: the last
  std::map<std::string, std::string> args;  ///< for ARG
  std::string architecture;                 ///< of this machine, `amd64`
};

/// Class `usage` with file and line: no FROM, an instruction or a stage that there is not, a variable without
/// a value in FROM, no reference, a platform that cannot be built here, a value for an ARG that there is not.
result<dockerfile_sources> dockerfile_sources_of(std::string_view text, const dockerfile_request& of);

/// The Dockerfile with each stage in the letters of its FROM.
std::string in_equal_letters(std::string text, const std::vector<stage_in_other_letters>& of);

}  // namespace cicd
