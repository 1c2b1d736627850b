// What a Dockerfile says of the container that runs: the last stage, with what it takes from stages before
// it. It knows instructions; how its image is built is not looked at, and what it cannot honour is listed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/engine/adopt/facts.hpp>

namespace cicd::source_files {

struct dockerfile {
  struct health_request {
    std::string url_path;
    int port = 0, line = 0;  ///< `port` 0 where the request names none
  };

  std::string path;
  std::vector<fact> ports{};  ///< of TCP; the key is EXPOSE
  std::vector<fact> env{};    ///< without what looks like a secret, which is one of `unread`
  std::optional<fact> user{};
  std::optional<fact> stage{};                  ///< the last one: its name, else its number
  std::optional<fact> entrypoint{}, command{};  ///< as words of a shell
  std::optional<health_request> health{};
  std::vector<unread_part> unread{};

  /// As facts, for the rules of a template: EXPOSE, USER, STAGE, ENTRYPOINT, CMD, and START, the last two
  /// together.
  file_facts facts() const;
};

dockerfile read_dockerfile(const std::string& path, std::string_view text);

/// A line of a Dockerfile with its continuations.
struct instruction {
  std::string name, text;  ///< the name in upper case
  int line = 0;
  bool has_here = false;   ///< a here-document begins in it
  std::string open_end{};  ///< the word that would end its here-document, where no line is that
};
std::vector<instruction> instructions_in(std::string_view text);

}  // namespace cicd::source_files
