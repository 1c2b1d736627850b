// Where images are published: an OCI layout in the build tree, or any registry through skopeo with the logins
// of the ordinary files. A push goes by digest first, then the tag is set, then the tag is read back.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/documents.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A repository of images. All calls block; they are made from background threads.
class registry {
 public:
  virtual ~registry() = default;
  /// `registry.example.com/services/orders`, or the layout's path: how a person names it.
  virtual std::string name() const = 0;
  /// The same of what is under a tag.
  virtual std::string name_of(const std::string& tag) const { return name() + ":" + tag; }
  /// The reference that Kubernetes would pull: `<repository>:<tag>@<digest>`.
  virtual std::string reference(const std::string& tag, const digest& image) const = 0;
  /// The command of a standard tool that shows what is there.
  virtual std::string inspect_command(const std::string& tag) const = 0;
  /// The digest under a tag; nothing when there is no such tag. Class `remote` when it does not answer or
  /// refuses the login.
  virtual result<std::optional<digest>> resolve(const std::string& tag) = 0;
  /// Puts the one image of the layout folder there under `tag`. An equal tag is success without a transfer;
  /// another digest under an immutable tag is class `conflict` with both digests. Passing failures (5xx,
  /// reset, restart) are tried again with growing pauses.
  struct published {
    bool changed = false;  ///< false: it was there already
  };
  virtual result<published> publish(const std::string& layout,
                                    const digest& image,
                                    const std::string& tag,
                                    bool immutable) = 0;
  /// Sets `tag` to an image that is there, by its digest: no layer is transferred. A tag is never moved;
  /// an image that is not there is class `remote`.
  virtual result<published> tag(const digest& image, const std::string& tag) = 0;
  /// Where skopeo finds an image of it by its digest; empty where it finds none.
  virtual std::string address_of(const digest&) const { return {}; }
  /// Copies an image of another registry here, by its digest, and sets `tag` last. What is here already is
  /// not transferred, so that a copy that was interrupted goes on; a tag is never moved. Each registry is
  /// asked with its own login. Class `corrupt` where it has another digest afterwards.
  virtual result<published> copy(const registry& from, const digest& image, const std::string& tag);
  /// Whether a manifest is there by its digest.
  virtual result<bool> has(const digest& image) = 0;
  /// The documents under a tag; nothing when there is no such tag. Class `corrupt` where it is an image's.
  virtual result<std::optional<oci_documents>> documents(const std::string& tag) = 0;
  /// Makes the OCI layout folder `layout` with what is there by that digest, and nothing else in it. Class
  /// `remote` where it is not there. What it holds is checked by who reads it.
  virtual status fetch(const digest& content, const std::string& layout) = 0;
  /// Deletes a manifest and all its tags; what is not there is success. Class `remote` with how it is allowed
  /// where the registry takes no deletion.
  virtual status remove(const digest& image) = 0;
};

struct registry_options {
  std::string embedded;  ///< absolute folder of the layouts in the build tree
  std::string bucket{};  ///< absolute folder in the build tree that stands for an S3 bucket
  const cancellation* cancelled = nullptr;
  std::chrono::milliseconds patience{45'000};        ///< how long a publish tries again what may pass
  std::function<void(const std::string& line)> say;  ///< progress, a line each
};

/// The registry for a declared repository: with a registry's host in its first part (a dot, a colon or
/// `localhost`) that registry, `s3://…` or `bucket:…` zips in a bucket, else a layout below `embedded`.
/// Behind `files:` the same places hold files. `skopeo` missing is class `usage` with how to install it.
result<std::unique_ptr<registry>> registry_for(const std::string& repository,
                                               const registry_options& options,
                                               const surroundings& around);
/// Whether that repository is the embedded default.
bool is_embedded(const std::string& repository);
/// Whether it holds files, which no image is: `files:…`.
bool is_of_files(std::string_view repository);
/// The same without `files:`, as others know it.
std::string plain_repository(const std::string& repository);

}  // namespace cicd
