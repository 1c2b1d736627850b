// gzip in members of fixed size, packed side by side and given on in order, so that the bytes are the same
// whatever the number of threads (RFC 1952, 2.2: members follow one another). Knows bytes only.
#pragma once

#include <memory>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/image/file_bytes.hpp>

namespace cicd {

class parallel_gzip {
 public:
  /// Packed bytes go to `take`, on the thread that calls `write` and `finish`. Holds at most a few members
  /// for each thread.
  parallel_gzip(unsigned threads, byte_sink take);
  ~parallel_gzip();

  status write(std::string_view bytes);
  /// Once, at the end.
  status finish();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace cicd
