// A bucket of objects that are written once: S3, or a folder that stands for one. It does not know what the
// objects are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A part of a list, sorted.
struct key_page {
  std::vector<std::string> keys;
  bool has_more = false;
};

/// All calls block; several threads may ask at once. Class `remote`: the bucket does not answer, is not
/// there, or the login lacks a right.
class object_store {
 public:
  virtual ~object_store() = default;
  /// How a person names an object: `s3://team-artifacts/orders/webhook`, or its file.
  virtual std::string address(const std::string& key) const = 0;
  /// The command of a standard tool that shows what is there.
  virtual std::string inspect_command(const std::string& key) const = 0;
  /// Nothing where there is no such object.
  virtual result<std::optional<std::string>> get(const std::string& key) = 0;
  virtual result<bool> has(const std::string& key) = 0;
  /// Whether it was made: what is there already is never written over. Class `usage`: a bucket that does not
  /// keep what is deleted by mistake.
  virtual result<bool> put_new(const std::string& key, const std::string& bytes) = 0;
  /// The keys that begin so, sorted.
  virtual result<std::vector<std::string>> list(const std::string& prefix) = 0;
  /// Of those the first that come after `after`, asked by one request; whether there are more, it says.
  virtual result<key_page> list_after(const std::string& prefix, const std::string& after) = 0;
  /// What is not there is success.
  virtual status remove(const std::string& key) = 0;
};

std::unique_ptr<object_store> folder_store(const std::string& folder);
/// Asked where AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL say, else in the bucket's own region.
std::unique_ptr<object_store> s3_store(const std::string& bucket,
                                       const surroundings& around,
                                       const cancellation* cancelled);

/// `s3://<bucket>/<key>`, or `bucket:<key>` of the folder.
struct object_place {
  std::string bucket;  ///< empty: the folder that stands for one
  std::string key;
};
/// Nothing for any other text.
std::optional<object_place> object_place_from(std::string_view text);
std::unique_ptr<object_store> store_of(const object_place& at,
                                       const std::string& folder,
                                       const surroundings& around,
                                       const cancellation* cancelled);

}  // namespace cicd
