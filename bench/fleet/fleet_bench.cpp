// How long it takes to decide what a recorded fleet does, and to read the recording, in ms: the least of
// several rounds. usage: fleet_bench <observation> [rounds]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <cicd/deliver/policy/fleet_observation.hpp>
#include <cicd/system/files.hpp>

namespace {

template <typename Work>
double least_of(int rounds, Work&& work) {
  double least = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    least = std::min(least, took.count());
  }
  return least;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  const int rounds = count > 2 ? std::atoi(words[2]) : 5;
  const cicd::result<std::string> text = cicd::read_file(words[1]);
  if (!text) return 1;
  const cicd::result<cicd::fleet_observation> seen = cicd::observation_from(*text, words[1]);
  if (!seen) return 1;
  std::size_t decided = 0;
  const double deciding =
      least_of(rounds, [&] { decided += cicd::actions_for(seen->targets, seen->at).size(); });
  const double reading = least_of(rounds, [&] { decided += !cicd::observation_from(*text, words[1]); });
  if (decided != seen->targets.size() * static_cast<std::size_t>(rounds)) return 1;
  std::printf("%.3f %.3f\n", deciding, reading);
  return 0;
}
