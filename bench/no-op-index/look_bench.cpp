// One look of the file index at the folders of a tree, timed: `look_bench <tree> <index> <folders>` prints
// milliseconds, files and a digest. Each run is a process of its own, as a driver's start is.
#include <cicd/observe/files.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::vector<cicd::file_query> queries_for(const std::string& tree, int folders) {
  std::vector<cicd::file_query> queries;
  for (int i = 0; i < folders; ++i)
    queries.push_back({tree, {"d" + std::to_string(i) + "/**"}, {}, {}, false});
  return queries;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  const auto begin = std::chrono::steady_clock::now();
  cicd::file_index index(words[2]);
  std::size_t files = 0;
  std::string digests;
  for (const auto& set : index.look(queries_for(words[1], std::atoi(words[3])))) {
    if (!set) {
      std::cerr << cicd::text_of(set.error());
      return 1;
    }
    files += set->size();
    digests += cicd::hex(cicd::digest_of(*set));
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  if (auto saved = index.save(); !saved) std::cerr << cicd::text_of(saved.error());
  std::cout << took.count() << ' ' << files << ' ' << cicd::hex(cicd::sha256(digests)) << std::endl;
  std::_Exit(0);
}
