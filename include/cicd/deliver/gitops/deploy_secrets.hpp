// The secrets of SIGN, PULL_REQUEST_TOKEN and TOKEN; a key is a file in memory for as long as a run lasts. It
// neither signs nor asks a server.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include <cicd/base/secret_value.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/run/secret_folder.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The value of a secret that an option names, by the run's store. Class `usage` where there is no such
/// secret.
result<secret_value> secret_of(const declared_pipeline& pipeline,
                               named_secret name,
                               const secret_source& from,
                               const cancellation& cancelled);

/// The value of a token by the run's store, on one line without blanks around it. Class `usage` where there
/// is no such secret, and for what no header can hold.
result<secret_value> token_of(const declared_pipeline& pipeline,
                              named_secret name,
                              const secret_source& from,
                              const cancellation& cancelled);

/// The files of keys.
class deploy_secrets {
 public:
  /// `from` and `cancelled` outlive it.
  deploy_secrets(const secret_source& from,
                 const surroundings& around,
                 const cancellation& cancelled,
                 const std::string& run);

  /// The file with the secret of that name; fetched once. Class `usage` where there is no such secret, where
  /// it is no private key, or no folder in memory. Thread-safe.
  result<std::string> file_of(const declared_pipeline& pipeline, named_secret name);

 private:
  const secret_source& from_;
  const cancellation& cancelled_;
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  secret_folder folder_;
};

/// Class `usage` for what OpenSSH would not read as a private key, whose words name only its file: `name` is
/// the secret's.
status check_private_key(const std::string& key, const std::string& name);

}  // namespace cicd
