// How much more than a bare posix_spawn loop it costs to start short steps with their output captured. Both
// take turns in blocks, so that what else the machine does hits both; the ratio of the medians is printed,
// last and alone on its line. usage: spawn_bench [steps] [side by side]

#include <fcntl.h>
#include <spawn.h>
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

double seconds(const std::function<void()>& work) {
  const auto start = steady::now();
  work();
  return std::chrono::duration<double>(steady::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** words) {
  const int steps = count > 1 ? std::atoi(words[1]) : 10'000;
  const int beside = count > 2 ? std::atoi(words[2]) : 2;
  constexpr int blocks = 10;
  cicd::prepare_process();
  std::vector<double> bare, captured;
  for (int block = 0; block < blocks; ++block) {
    bare.push_back(seconds([&] { bare_loop(steps / blocks, beside); }));
    captured.push_back(seconds([&] { captured_loop(steps / blocks).run(beside); }));
  }
  const double each = blocks * 1e6 / steps;
  std::printf("%d x /bin/true, %d side by side   microseconds each (median of %d blocks)\n", steps, beside,
              blocks);
  std::printf("bare posix_spawn loop             %.0f\n", median(bare) * each);
  std::printf("steps with output captured        %.0f\n", median(captured) * each);
  std::printf("ratio                             %.3f\n", median(captured) / median(bare));
}
