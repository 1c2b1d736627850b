// What a program or a shared library says of itself: the libraries that it is linked with, and the modules
// that Go and cargo-auditable write into it. Pure: bytes in, facts out; whatever the bytes are, nothing but
// these is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/image/sbom/component.hpp>

namespace cicd {

struct elf_facts {
  bool is_program = false;          ///< it is started, and no library
  std::string soname;               ///< of a library
  std::vector<std::string> needed;  ///< by the sonames of others
  std::string go_modules{};         ///< as `go version -m` prints them, and the version of Go before
  std::string cargo_packages{};     ///< the JSON of cargo-auditable
};

/// Nothing where it is no ELF file, or one that neither runs nor is linked with.
std::optional<elf_facts> elf_facts_of(std::string_view bytes);

/// The modules of a Go program: its own, those that it was built from, and the standard library.
std::vector<sbom_component> go_components(std::string_view modules);
/// The crates of a Rust program that was built by cargo-auditable, but those that only its build needed.
std::vector<sbom_component> cargo_components(const std::string& packages);

}  // namespace cicd
