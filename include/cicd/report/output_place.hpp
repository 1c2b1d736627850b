// Where compilers and interpreters say that something is wrong, from the lines that they print: gcc, clang,
// javac, Maven, Kotlin, Go, rustc, tsc, Python. Pure. Whether such a file is there it does not know.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cicd {

struct output_error {
  /// Files with lines, as they were printed; of a traceback each frame, the innermost last.
  std::vector<std::pair<std::string, std::int64_t>> places;
  std::int64_t column = 0;  ///< 0: none was named
  std::string message;
};

/// Reads the lines of one step in order, and keeps the first errors.
class output_errors {
 public:
  static constexpr std::size_t most = 50;

  void read(std::string_view line);
  const std::vector<output_error>& all() const { return all_; }

 private:
  void add(output_error found);
  bool read_place(std::string_view line);
  bool read_rust(std::string_view line);
  bool read_python(std::string_view line);

  std::vector<output_error> all_;
  std::string rust_;  ///< the message that waits for its place
  std::vector<std::pair<std::string, std::int64_t>> frames_;
  bool in_traceback_ = false;
};

}  // namespace cicd
