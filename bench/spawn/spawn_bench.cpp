// How much more than a bare posix_spawn loop it costs to start short steps with their output captured. Both
// take turns in blocks, so that what else the machine does hits both.
// usage: spawn_bench [steps] [side by side]

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <cicd/system/process.hpp>

namespace {

using steady = std::chrono::steady_clock;

/// Starts `count` times /bin/true, at most `beside` at once, and waits: nothing is captured, nothing is
/// looked after.
void bare_loop(int count, int beside) {
  std::string program = "/bin/true";
  char* words[] = {program.data(), nullptr};
  int running = 0;
  for (int started = 0; started < count || running > 0;) {
    if (started < count && running < beside) {
      pid_t id = 0;
      if (posix_spawn(&id, program.c_str(), nullptr, nullptr, words, environ) != 0) std::abort();
      ++started, ++running;
    } else {
      if (wait(nullptr) < 0) std::abort();
      --running;
    }
  }
}

/// The same by the port that steps are started with.
class captured_loop {
 public:
  explicit captured_loop(int count) : left_(count) {}

  void run(int beside) {
    for (int each = 0; each < beside; ++each) start_next();
    loop_.run();
  }

 private:
  void start_next() {
    if (left_-- <= 0) return;
    port_->start(what_, {[this](cicd::output_stream, std::string_view bytes) { bytes_ += bytes.size(); },
                         [this](const cicd::ending& end) {
                           if (!end.good()) std::abort();
                           start_next();
                         }});
  }

  cicd::event_loop loop_;
  std::unique_ptr<cicd::process_port> port_ = cicd::system_processes(loop_);
  cicd::command what_{{"/bin/true"}, "/tmp", {"PATH=/usr/bin:/bin"}};
  int left_;
  std::size_t bytes_ = 0;
};

struct cost {
  double wall = 0;
  double processor = 0;  // ours and the children's: what the ratio is on a machine that others use too
};

double processor_seconds() {
  double sum = 0;
  for (const int whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    getrusage(whose, &used);
    for (const timeval& each : {used.ru_utime, used.ru_stime}) {
      sum += static_cast<double>(each.tv_sec) + static_cast<double>(each.tv_usec) / 1e6;
    }
  }
  return sum;
}

cost cost_of(const std::function<void()>& work) {
  const auto start = steady::now();
  const double before = processor_seconds();
  work();
  return {std::chrono::duration<double>(steady::now() - start).count(), processor_seconds() - before};
}

double median(const std::vector<cost>& costs, double cost::*of) {
  std::vector<double> values;
  for (const cost& each : costs) values.push_back(each.*of);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print_row(const char* name,
               const std::vector<cost>& bare,
               const std::vector<cost>& captured,
               double cost::*of,
               double each) {
  const double one = median(bare, of), other = median(captured, of);
  std::printf("%-16s%12.0f%12.0f%12.3f\n", name, one * each, other * each, other / one);
}

}  // namespace

int main(int count, char** words) {
  const int steps = count > 1 ? std::atoi(words[1]) : 10'000;
  const int beside = count > 2 ? std::atoi(words[2]) : 2;
  constexpr int blocks = 10;
  cicd::prepare_process();
  std::vector<cost> bare, captured;
  for (int block = 0; block < blocks; ++block) {
    bare.push_back(cost_of([&] { bare_loop(steps / blocks, beside); }));
    captured.push_back(cost_of([&] { captured_loop(steps / blocks).run(beside); }));
  }
  const double each = blocks * 1e6 / steps;
  std::printf("%d x /bin/true, %d side by side, microseconds each, median of %d blocks\n", steps, beside,
              blocks);
  std::printf("%-16s%12s%12s%12s\n", "", "bare loop", "captured", "ratio");
  print_row("processor", bare, captured, &cost::processor, each);
  print_row("wall", bare, captured, &cost::wall, each);
}
