// What a program or a shared library says of itself: the machine and the libraries that it needs, and the
// modules that Go and cargo-auditable write into it. Pure: bytes in, facts out; whatever the bytes are,
// nothing but these is read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/image/sbom/component.hpp>

namespace cicd {

struct elf_facts {
  std::string architecture{};       ///< as `elf_architecture` names it
  bool is_program = false;          ///< it is started, and no library
  std::string loader{};             ///< `ld-linux-x86-64.so.2`; empty: it is linked statically, or a library
  int glibc = 0;                    ///< the newest version of its symbols, 2.36 as 36; 0: none
  std::string soname;               ///< of a library
  std::vector<std::string> needed;  ///< by the sonames of others
  std::string go_modules{};         ///< as `go version -m` prints them, and the version of Go before
  std::string cargo_packages{};     ///< the JSON of cargo-auditable
};

/// The architecture of an ELF file by its first bytes, as images name it: `amd64`. Empty where it is no ELF
/// file, or of a machine that is not known here.
std::string_view elf_architecture(std::string_view start);
/// How many of them that takes.
inline constexpr std::size_t elf_start = 20;

/// The newest `GLIBC_2.<n>` that stands in the bytes, 2.36 as 36; 0: none.
int newest_glibc(std::string_view bytes);

/// Nothing where it is no ELF file, or one that neither runs nor is linked with.
std::optional<elf_facts> elf_facts_of(std::string_view bytes);

/// The modules of a Go program: its own, those that it was built from, and the standard library.
std::vector<sbom_component> go_components(std::string_view modules);
/// The crates of a Rust program that was built by cargo-auditable, but those that only its build needed.
std::vector<sbom_component> cargo_components(const std::string& packages);

}  // namespace cicd
