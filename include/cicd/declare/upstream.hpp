// UPSTREAM and BUILT_BY, taken apart: which job elsewhere must have had a good build of a commit. It asks
// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cicd/declare/environments.hpp>
#include <cicd/declare/artifacts.hpp>
#include <cicd/declare/steps.hpp>

namespace cicd {

enum class upstream_kind : std::uint8_t {
  jenkins,  ///< the last builds of a job
  github,   ///< the check runs of a commit
  json      ///< members of any document
};

struct declared_upstream {
  upstream_kind kind = upstream_kind::jenkins;
  std::string url;      ///< of the job, the repository or the document, without a `/` at its end
  std::string check{};  ///< of GitHub: the name of the check run; empty: all
  // Of a document: JSON pointers (RFC 6901), empty where none is given.
  std::string commit{}, result{}, number{}, link{};
  std::string good = "success";  ///< what stands at `result` then

  /// `jenkins https://ci.example.com/job/billing`
  std::string text() const;
};

/// What is wrong with a word.
struct wrong_upstream {
  std::size_t word = 0;  ///< which one
  std::string what, allowed, did_you_mean{};
};

struct upstream_words {
  declared_upstream made{};
  std::optional<wrong_upstream> wrong{};
};
/// `keyword`: UPSTREAM or BUILT_BY, for messages.
upstream_words upstream_in(std::span<const text> words, std::string_view keyword);

/// Of an environment that was checked; nothing without UPSTREAM.
std::optional<declared_upstream> upstream_of(const environment& place);
/// Of an image that was checked; nothing without BUILT_BY.
std::optional<declared_upstream> builder_of(const image& of);

}  // namespace cicd
