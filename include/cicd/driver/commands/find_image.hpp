// The image that a word of the command line names: where it lies and its digest. It does not know what the
// command does with it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <cicd/declare/model.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/image/image_source.hpp>
#include <cicd/image/signature/signed_image.hpp>

namespace cicd {

/// How images are named, for help and errors.
inline constexpr const char* image_words =
    "<pipeline>[/<image>] as it was built here, with @<environment> as it runs there, with :<tag> or "
    "@sha256:<digest> of its repository; <repository>:<tag>, <repository>@sha256:<digest>, "
    "oci:<folder>[:<tag>], or sha256:<digest>";

/// An image that is there.
struct found_image {
  std::string said;  ///< the word
  std::unique_ptr<image_source> in;
  digest image;                                 ///< of its manifest or index
  std::string reference;                        ///< as a person passes it on
  const declared_pipeline* pipeline = nullptr;  ///< of a declared one
  const cicd::image* declared = nullptr;
  const environment* place = nullptr;  ///< where it runs
  std::string repository{};            ///< empty: it is in a layout that is none
};

/// Finds images; the build tree is opened where a word needs it, and kept.
class image_finder {
 public:
  image_finder(session_request tree, surroundings around, const cancellation& cancelled);
  ~image_finder();

  /// Class `usage` where the word names none, with what there is.
  result<found_image> find(const std::string& word);
  /// What lies beside it in its repository; nothing where it is in none.
  result<seen_signatures> signatures_of(const found_image& of) const;
  /// Only once a word of a build tree was found; null before.
  const std::shared_ptr<session>& of() const { return of_; }
  const surroundings& around() const { return around_; }

 private:
  status open();
  result<found_image> in_layout(const std::string& word) const;
  result<found_image> in_repository(const std::string& repository,
                                    const std::string& tag,
                                    const std::optional<digest>& image) const;
  result<found_image> declared(const std::string& word);
  result<found_image> built(found_image found) const;
  result<found_image> running(found_image found, const std::string& environment) const;
  result<found_image> anywhere(const digest& image);
  std::string embedded_folder() const;
  result<std::unique_ptr<registry>> registry_of(const std::string& repository) const;
  result<std::unique_ptr<image_source>> source_of(const std::string& repository) const;

  session_request tree_;
  surroundings around_;
  const cancellation& cancelled_;
  std::shared_ptr<session> of_;
};

}  // namespace cicd
