// The program through which we speak with registries, and how its failures are told apart. Nothing from
// outside becomes an option of it: a name stands behind `docker://` and is checked before.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The part before the first `/`.
std::string registry_host(std::string_view repository);

/// Why a registry did not do what it was asked for.
enum class registry_refusal {
  absent,        ///< there is no such tag or repository (MANIFEST_UNKNOWN, NAME_UNKNOWN)
  login,         ///< who asks (UNAUTHORIZED)
  rights,        ///< that this login may (DENIED)
  immutable,     ///< a tag that is there is not moved (TAG_INVALID of ECR)
  trust,         ///< its certificate
  unknown_host,  ///< no name server knows its name
  unsupported,   ///< it does no such thing (UNSUPPORTED): deletion is switched off
  passing,       ///< anything else: a later try may succeed
  stopped        ///< we were cancelled
};
/// By the codes of the distribution-spec, as skopeo prints them; what is not known is passing.
registry_refusal refusal_of(std::string_view printed);

struct skopeo_options {
  const cancellation* cancelled = nullptr;
  std::chrono::milliseconds patience{45'000};        ///< for passing failures: how long it is tried again
  std::function<void(const std::string& line)> say;  ///< each time it is
};

class skopeo {
 public:
  /// Class `usage` with how to install it when it is not there.
  static result<skopeo> found(const surroundings& around, skopeo_options options);

  struct answer {
    std::optional<registry_refusal> refused;  ///< nothing: it was done
    std::string out;
    std::string reason;  ///< the last line that it printed, without its decoration
    bool took_too_long = false;
    std::string verb{};  ///< what was asked for: `push to`
  };
  /// Runs it in `directory`, at most for `limit`; passing failures are tried again with growing pauses until
  /// the patience is at its end.
  answer ask(const std::vector<std::string>& words,
             const std::string& directory,
             std::chrono::milliseconds limit = std::chrono::minutes(10)) const;
  /// The failure of class `remote`, with what helps.
  error failure_of(const answer& refused, const std::string& repository) const;

 private:
  skopeo(std::string program, const surroundings& around, skopeo_options options);
  answer ask_once(const std::vector<std::string>& words,
                  const std::string& directory,
                  std::chrono::milliseconds limit) const;

  std::string program_;
  std::vector<std::string> environment_;
  skopeo_options options_;
};

/// A reference by digest, in two parts; a tag between them is left out, since the digest says it all. Class
/// `usage`, saying how the digest is found.
struct pinned_reference {
  std::string repository;
  digest image;
};
result<pinned_reference> pinned_reference_from(const std::string& text);

}  // namespace cicd
