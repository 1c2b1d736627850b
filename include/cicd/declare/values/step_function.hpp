// A function of a C++ file as the value of an option. It does not know what the function is given, nor how it
// is run.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <cicd/declare/values/literal.hpp>

namespace cicd {

class step_context;

namespace detail {
/// Only its name is used: compilers show it where something else is given.
struct a_step_runs_a_function_of_step_context_without_captures_what_it_needs_goes_into_values;
}  // namespace detail

/// What a step runs in place of a program: a function, or a lambda that captures nothing. In the program of
/// the C++ file it is that function; to the driver it is the name of that file.
class step_function {
 public:
  using pointer = void (*)(step_context&);

  constexpr step_function() = default;
  template <typename Function>
  requires std::is_convertible_v<Function, pointer>
  constexpr step_function(Function function) : function_(function) {}
  template <
      typename Function,
      typename Allowed =
          detail::a_step_runs_a_function_of_step_context_without_captures_what_it_needs_goes_into_values>
  requires(!std::is_convertible_v<Function, pointer> && !std::is_same_v<Function, step_function>)
      step_function(Function)
  = delete;

  static constexpr std::string_view allowed() { return "a C++ file, which cicd names by itself"; }
  static constexpr bool accepts(std::string_view file) { return !file.empty(); }
  /// By the name of its file.
  static step_function from(std::string_view file) {
    step_function made;
    made.file_ = interned(file);
    return made;
  }

  /// None where it is known by its file.
  constexpr pointer function() const { return function_; }
  constexpr std::string_view view() const { return file_; }
  std::string str() const { return std::string(file_); }
  constexpr explicit operator bool() const { return function_ != nullptr || !file_.empty(); }
  friend constexpr bool operator==(step_function, step_function) = default;

 private:
  pointer function_ = nullptr;
  std::string_view file_{};
};

}  // namespace cicd
