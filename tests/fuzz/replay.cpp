// Runs each target on its corpus and on a bounded number of inputs made from it, always the same ones. Knows
// nothing of the parsers. By hand, clang's libFuzzer runs the same targets for longer (CONTRIBUTING.md).
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "fuzz.hpp"
#include "fuzz_targets.hpp"

using target = int(const std::uint8_t* bytes, std::size_t size);
// CICD_FUZZ_TARGETS(each) of fuzz_targets.hpp names every target once; CMake makes it from the files of this
// folder.
#define CICD_DECLARE(name) extern "C" target fuzz_##name;
CICD_FUZZ_TARGETS(CICD_DECLARE)
#define CICD_ENTER(name) {#name, fuzz_##name},
static const std::map<std::string, target*> targets = {CICD_FUZZ_TARGETS(CICD_ENTER)};

namespace {

std::string present_name, present_input;

/// Says and keeps what is being run, as the last thing that this process does.
void tell(int signal) {
  const std::string file = "fuzz-" + present_name + ".input";
  std::ofstream(file, std::ios::binary) << present_input;
  std::fprintf(stderr, "%s: ended by signal %d on %zu bytes, kept in %s\n", present_name.c_str(), signal,
               present_input.size(), file.c_str());
  _exit(1);
}

class mutator {
 public:
  explicit mutator(std::vector<std::string> corpus) : corpus_(std::move(corpus)) {}

  std::string next(const std::string& from) {
    std::string made = from;
    for (std::size_t changes = 1 + below(5); changes > 0; --changes) change(made);
    if (made.size() > 1U << 16U) made.resize(1U << 16U);
    return made;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(dice_()) % end; }

  void change(std::string& text) {
    static constexpr std::array<std::string_view, 24> pieces = {"{",
                                                                "}",
                                                                "[",
                                                                "]",
                                                                "\"",
                                                                "\\",
                                                                ",",
                                                                ":",
                                                                "- ",
                                                                "\n",
                                                                "\r\n",
                                                                "\t",
                                                                " ",
                                                                "<",
                                                                ">",
                                                                "&",
                                                                "../",
                                                                "/",
                                                                "9999999999999999999",
                                                                "-1",
                                                                "\xff\xff\xff\xff",
                                                                std::string_view("\0\0\0\0", 4),
                                                                "\xf0\x9f",
                                                                "null"};
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        return;
      case 1: text.insert(at, pieces[below(pieces.size())]); return;
      case 2: text.erase(at, 1 + below(16)); return;
      case 3: text.insert(at, text.substr(below(text.size() + 1), 1 + below(64))); return;
      case 4: text.resize(at); return;
      default: {
        const std::string& other = corpus_[below(corpus_.size())];
        text = text.substr(0, at) + other.substr(below(other.size() + 1));
      }
    }
  }

  std::vector<std::string> corpus_;
  std::mt19937 dice_{20261129};
};

std::vector<std::string> corpus_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

void run(target* of, std::string input) {
  present_input = std::move(input);
  alarm(10);
  of(reinterpret_cast<const std::uint8_t*>(present_input.data()), present_input.size());
  alarm(0);
}

}  // namespace

/// replay <corpus folder> <inputs for each target>
int main(int count, char** words) {
  if (count != 3) return 2;
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS, SIGALRM}) signal(number, tell);
  const auto most = static_cast<std::size_t>(std::strtoul(words[2], nullptr, 10));
  for (const auto& [name, of] : targets) {
    present_name = name;
    const std::vector<std::string> corpus = corpus_in(std::string(words[1]) + "/" + name);
    if (corpus.empty()) return std::fprintf(stderr, "%s: no corpus\n", name.c_str()), 1;
    for (const std::string& seed : corpus) run(of, seed);
    run(of, {});
    mutator made(corpus);
    for (std::size_t number = 0; number < most; ++number) run(of, made.next(corpus[number % corpus.size()]));
    std::printf("%s: %zu inputs\n", name.c_str(), corpus.size() + 1 + most);
  }
  return 0;
}
