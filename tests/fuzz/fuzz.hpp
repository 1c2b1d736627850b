// What the fuzz targets share: the bytes as text, and a file that holds them. A target may refuse its bytes;
// it never crashes, hangs, or takes memory without bound.
#pragma once

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace fuzz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// A folder of this process, removed at its end.
inline const std::string& folder() {
  struct owned {
    std::string path = (std::filesystem::temp_directory_path() / "cicd-fuzz-XXXXXX").string();
    owned() {
      if (mkdtemp(path.data()) == nullptr) abort();
    }
    ~owned() { std::filesystem::remove_all(path); }
  };
  static const owned one;
  return one.path;
}

/// A file below it with that content; its folders are made.
inline std::string file_with(const std::string& name, std::string_view content) {
  const std::filesystem::path path = folder() + "/" + name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  return path.string();
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
