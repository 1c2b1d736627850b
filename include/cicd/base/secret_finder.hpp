// Finds secrets in bytes, in each of their forms, and masks them: in a text, and in a stream whatever its
// pieces are. It does not know where the bytes come from.
//
// A gram of four bytes is looked up at every n-th place only, n being so that no form can lie between two
// places: the longer the secrets, the less of the text is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cicd/base/secret_forms.hpp>

namespace cicd {

/// What stands in the place of a secret.
inline constexpr std::string_view secret_mask = "***";

/// Immutable; several threads may use one.
class secret_finder {
 public:
  secret_finder() = default;
  explicit secret_finder(const std::vector<secret_value>& secrets);

  bool empty() const { return forms_.empty(); }
  /// Bytes of the longest form.
  std::size_t longest() const { return longest_; }
  bool is_in(std::string_view text) const;
  /// Where forms are, overlapping ones as one, in order.
  struct range {
    std::size_t begin, end;
  };
  std::vector<range> found_in(std::string_view text) const;
  /// Where the longest end of the text begins with which a form could begin; its size where there is none.
  std::size_t open_end_of(std::string_view text) const;
  std::string masked(std::string_view text) const;

 private:
  /// A form, and where in it the gram stands.
  struct place {
    std::uint32_t form, offset;
  };
  void add_grams();
  /// Calls `take` with each place of a form until it says false.
  template <typename Take>
  void each(std::string_view text, Take&& take) const;
  bool may_begin(std::string_view end) const;

  std::vector<std::string> forms_;  ///< sorted
  std::size_t stride_ = 1, longest_ = 0;
  unsigned shift_ = 32;              ///< of a gram's hash, so that it is a bit of `bits_`
  std::vector<std::uint64_t> bits_;  ///< grams that may be known
  std::unordered_map<std::uint32_t, std::vector<place>> places_;
  std::vector<bool> starts_;  ///< by hash: grams with which a form begins
};

/// One stream that is masked as it goes. What could be the beginning of a secret is held back until the next
/// piece shows what it is.
class masking_stream {
 public:
  /// The rest of what was held back and of `bytes`, as far as it is known, masked; valid until the next call.
  /// `by` may be another one from piece to piece.
  std::string_view feed(std::string_view bytes, const secret_finder& by);
  /// What is still held back.
  std::string_view finish(const secret_finder& by);

 private:
  std::string_view passed(std::string_view text, std::size_t end, const secret_finder& by);

  std::string held_, out_;
  std::size_t covered_ = 0;  ///< bytes of `held_` that a mask stands for already
};

}  // namespace cicd
