// The man pages: cicd(1), cicd-<command>(1), and cicd-pipeline(7) of the declaration, from the words of help
// and of the reference.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cicd {

struct man_file {
  std::string name;  ///< `cicd-run.1`
  std::string text;
};
/// cicd(1) first.
std::vector<man_file> man_pages(const CLI::App& app, const std::string& version);

}  // namespace cicd
