// Texts of run time as values of a declaration. It knows no type of them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <cicd/declare/values/literal.hpp>

namespace cicd {

/// A text that becomes a value of whatever type it is given to; throws std::invalid_argument, with the line
/// of `checked` and what is allowed, where that type refuses it.
class checked_text {
 public:
  checked_text(std::string text, int line, const char* file)
      : text_(std::move(text)), line_(line), file_(file) {}

  template <typename T>
  requires requires(std::string_view word) {
    T::accepts(word);
    T::from(word, detail::by_checked());
  }
  operator T() const {
    if (!T::accepts(text_)) refuse(T::allowed());
    return T::from(text_, detail::by_checked());
  }
  template <typename T>
  requires requires(std::string_view word) { T::parse(word).value(); }
  operator T() const {
    auto value = T::parse(text_);
    if (!value) refuse(T::allowed());
    return *std::move(value);
  }

 private:
  [[noreturn]] void refuse(std::string_view allowed) const {
    std::string words = file_;
    words += ':' + std::to_string(line_) + ": '" + text_ + "' is refused; allowed: ";
    throw std::invalid_argument(words.append(allowed));
  }

  std::string text_;
  int line_;
  const char* file_;
};

/// `.name = checked("api-" + region)`: what a literal is checked for by the compiler, for a text of run time.
inline checked_text checked(std::string text,
                            int line = __builtin_LINE(),
                            const char* file = __builtin_FILE()) {
  return {std::move(text), line, file};
}

}  // namespace cicd
