// `cicd adopt --sources`: its words and what it prints and writes. It does not know how sources are read.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/engine/adopt/adopted_sources.hpp>
#include <cicd/system/environment.hpp>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cicd {

struct sources_words {
  bool is_meant = false;  ///< `--sources`
  std::string folder;     ///< as it was typed; empty: the present one
  source_files::source_request request;
  bool dry_run = false, json = false;
  std::function<std::string()> typed;  ///< the command, as a shell takes it
};

/// Adds the words that only `--sources` takes; the file to write is shared with the cluster's.
void add_sources_words(CLI::App* command, CLI::Option* only_with, sources_words& to);

exit_class adopt_from_sources(const sources_words& said, const surroundings& around);

}  // namespace cicd
