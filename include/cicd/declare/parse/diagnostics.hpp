// What is wrong with the declarations, gathered over a whole configure and given back in order of
// declaration. The wording of each is in messages.hpp; here is whom it concerns and where it stands.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd::declaring {

/// What a word without its keyword may be meant as.
struct known_words {
  std::vector<std::string> templates{};
  std::map<std::string, std::vector<std::string>> environments{};  ///< by pipeline
};

/// A call, its place among all, and the name of what it declares: `orders/lint`.
struct call_site {
  const call* from = nullptr;
  std::size_t order = 0;  ///< calls of a template have that of the add_pipeline() which asked for it
  std::string subject;
  const known_words* known = nullptr;
  bool unclear = false;  ///< some of its words were refused, so that nothing can be said to be missing
};

/// A word of a call; without a site it is nowhere.
struct place {
  const call_site* site = nullptr;
  std::size_t word = 0;

  explicit operator bool() const { return site != nullptr; }
};

/// What an error says beside whom it concerns and where it was declared.
struct remark {
  std::string what;
  std::optional<std::string> value{};
  std::string allowed{};
  std::string did_you_mean{};
  std::string help{};
  std::vector<note> further{};  ///< below all of these
};

/// Whether a variable or a key of that name holds a secret, as far as the name says: `DB_PASSWORD`.
bool names_a_secret(std::string_view name);

class findings {
 public:
  explicit findings(std::string source_root, std::string build_root = {})
      : source_root_(std::move(source_root)), build_root_(std::move(build_root)) {}

  /// What is said of that place already is not said again.
  void add(const place& where, remark about);
  void warn(const place& where, remark about);
  bool empty() const { return errors_.empty(); }
  std::size_t count() const { return errors_.size(); }
  /// Where `of` stands, for a person.
  std::string text_of(const origin& of) const { return of.text(source_root_); }

  /// An absolute path as one below the folder of a call, or below the folder of the build tree that CMake has
  /// for it; empty where it is below neither.
  std::string relative_to_call(std::string_view path, const call_site& site) const;

  /// In the order of calls, and of words within a call; `places` receives where each stands.
  errors errors_in_order(std::vector<called_word>* places = nullptr) { return in_order(errors_, places); }
  errors warnings_in_order() { return in_order(warnings_, nullptr); }

 private:
  struct finding {
    place where;
    error failure;
  };
  error error_from(const place& where, remark about) const;
  static bool has(const std::vector<finding>& all, const place& where, const error& failure);
  static errors in_order(std::vector<finding>& of, std::vector<called_word>* places);

  std::string source_root_, build_root_;
  std::vector<finding> errors_;
  std::vector<finding> warnings_;
};

}  // namespace cicd::declaring
