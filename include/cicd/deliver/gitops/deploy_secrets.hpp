// The secrets of SIGN and PULL_REQUEST_TOKEN; a key is a file in memory for as long as a run lasts. It
// neither signs nor asks a server.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include <cicd/base/secret_value.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/run/secret_folder.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

class deploy_secrets {
 public:
  /// `around` and `cancelled` outlive it.
  deploy_secrets(const surroundings& around, const cancellation& cancelled, const std::string& run);

  /// The file with the secret of that name; fetched once. Class `usage` where there is no such secret, where
  /// it is no private key, or no folder in memory. Thread-safe.
  result<std::string> file_of(const declared_pipeline& pipeline, const std::string& name);

  /// Its value. The same errors.
  result<secret_value> value_of(const declared_pipeline& pipeline, const std::string& name) const;
  /// The same of a token, on one line without blanks around it.
  result<secret_value> token_of(const declared_pipeline& pipeline, const std::string& name) const;

 private:
  const surroundings& around_;
  const cancellation& cancelled_;
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  secret_folder folder_;
};

/// Class `usage` for what OpenSSH would not read as a private key, whose words name only its file: `name` is
/// the secret's.
status check_private_key(const std::string& key, const std::string& name);

}  // namespace cicd
