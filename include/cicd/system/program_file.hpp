// What the file of a program asks for before it can start: the interpreter of a script, the loader of an ELF
// file. It starts nothing.
#pragma once

#include <optional>
#include <string>

namespace cicd {

/// The program that starts the one at `path`, as the file names it: that of a `#!` line, or ELF's PT_INTERP
/// (elf(5)). Nothing where there is none, or the file cannot be read.
std::optional<std::string> interpreter_of(const std::string& path);

/// The Debian package that brings a shared library, by the name that Debian Policy 8.1 gives it: `libfoo1` of
/// `libfoo.so.1`, `libfoo-2.0-0` of `libfoo-2.0.so.0`; empty where the name is of another form.
std::string package_of_library(std::string soname);
/// A file of that name that an installed package has, wherever it lies; empty where `info` (dpkg's folder of
/// lists) tells of none.
std::string installed_library(const std::string& soname, const std::string& info = "/var/lib/dpkg/info");

}  // namespace cicd
