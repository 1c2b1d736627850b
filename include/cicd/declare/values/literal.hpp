// What the texts of a declaration are made of: a view of static or interned storage whose form a rule
// decides, when it is compiled or when it is read. It knows no rule.
#pragma once

#include <string>
#include <string_view>

/// In the C++ file that SOURCE names a text of run time goes through `checked`, which says where it is
/// refused.
#ifdef CICD_TYPED_FILE
#define CICD_NOT_IN_A_TYPED_FILE \
  __attribute__((unavailable("checked(text) takes a text of run time, and says where it is refused")))
#define CICD_NO_STRING(type) CICD_NOT_IN_A_TYPED_FILE type(const std::string& text);
#else
#define CICD_NOT_IN_A_TYPED_FILE
#define CICD_NO_STRING(type)
#endif

namespace cicd {

/// A copy of `text` that lives as long as the process. Equal texts share one copy; thread-safe.
std::string_view interned(std::string_view text);

namespace detail {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_alnum_lower(char c) {
  return is_digit(c) || is_lower(c);
}

constexpr bool is_whole(std::string_view text) {
  for (char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

/// Says that the caller has checked the text, so that `from` may be called in any file.
struct by_checked {};

/// What a text of the type `Self` is, whose form `Rule` decides: `accepts`, `allowed` (words for a message),
/// perhaps `pattern` and `guess` (the good text that was most likely meant by a wrong one) and `refuse`, a
/// function that is not constexpr: the compiler names it when a literal is wrong, and its name says what is
/// allowed.
template <typename Self, typename Rule>
class literal {
 public:
  constexpr literal() = default;

  /// The value for a text that is known only at run time; empty where the rule refuses it.
  CICD_NOT_IN_A_TYPED_FILE static Self from(std::string_view text) { return from(text, by_checked()); }
  static Self from(std::string_view text, by_checked) {
    Self value;
    if (Rule::accepts(text)) value.text_ = interned(text);
    return value;
  }
  static constexpr bool accepts(std::string_view text) { return Rule::accepts(text); }
  static constexpr std::string_view allowed() { return Rule::allowed; }
  static constexpr std::string_view pattern() requires requires { Rule::pattern; }
  { return Rule::pattern; }
  static std::string guess(std::string_view text) requires requires { Rule::guess(text); }
  { return Rule::guess(text); }
  /// What helps where no single good text says the same as a wrong one.
  static std::string advice(std::string_view text) requires requires { Rule::advice(text); }
  { return Rule::advice(text); }

  constexpr std::string_view view() const { return text_; }
  std::string str() const { return std::string(text_); }
  constexpr bool empty() const { return text_.empty(); }
  constexpr explicit operator bool() const { return !text_.empty(); }
  friend constexpr bool operator==(literal a, literal b) { return a.text_ == b.text_; }
  friend constexpr auto operator<=>(literal a, literal b) { return a.text_ <=> b.text_; }

 protected:
  constexpr explicit literal(std::string_view text) : text_(text) {}

 private:
  std::string_view text_;
};

}  // namespace detail

/// A type of its own for the texts that a rule accepts, so that a compiler names the type. What is allowed is
/// a parameter of the constructor: clang++ names that in the first line of an error, g++ what is called.
#define CICD_LITERAL(type, type_rule)                                    \
  class type : public detail::literal<type, detail::type_rule> {         \
   public:                                                               \
    constexpr type() = default;                                          \
    CICD_NO_STRING(type)                                                 \
    template <auto Allowed = detail::type_rule::refuse>                  \
    consteval type(const char* text) : literal(std::string_view(text)) { \
      if (!accepts(text)) Allowed();                                     \
    }                                                                    \
  }

}  // namespace cicd
