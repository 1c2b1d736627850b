// The line of a C++ file that a declared struct was written in. It is no part of what is declared.
#pragma once

namespace cicd {

/// As a member `declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());` it has the line
/// where the struct's braces end (inside of `{{…}}` g++ gives that of the outer ones). Two structs that
/// differ in it alone are equal.
struct declared_line {
  int number = 0;         ///< from 1; 0: not known
  const char* file = "";  ///< as the compiler was given it

  constexpr declared_line() = default;
  constexpr declared_line(int at, const char* in) : number(at), file(in) {}
  constexpr bool operator==(const declared_line&) const { return true; }
};

}  // namespace cicd
