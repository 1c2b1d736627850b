// The secrets of one run: each is fetched once, when the first step that needs it is about to run, and looked
// for from then on. It does not know which step gets what.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/declare/steps.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Where a value comes from: a port. `folder` is the source folder. It may take long; any thread calls it.
using secret_source = std::function<result<secret_value>(
    const secret& of, const std::string& folder, const cancellation& cancelled)>;

/// The real one: a variable, a file, what a program prints, AWS Secrets Manager by the program `aws`. Class
/// `usage` where it is not there, `remote` where a program fails. No error holds a byte of what was fetched.
secret_source declared_source(const surroundings& around);

class secret_store {
 public:
  /// `after` is told of each new value before anyone has it, on the thread that fetched it; it may take long.
  explicit secret_store(secret_source from, std::function<void(const secret_value&)> after = {})
      : from_(std::move(from)), after_(std::move(after)) {}

  /// Class `usage` for a value of fewer than `least_secret` characters. Thread-safe: who asks for what is
  /// being fetched waits for it.
  result<secret_value> value_of(const secret& of, const std::string& folder, const cancellation& cancelled);
  /// A secret that a step left: found from now on. Class `usage` as above. Any thread calls it.
  status take(const std::string& name, const secret_value& value);
  /// What was taken under that name.
  std::optional<secret_value> taken(const std::string& name) const;
  /// Finds all that were fetched.
  std::shared_ptr<const secret_finder> finder() const;
  /// A whole text without them: what is cut into lines first may show a short line of one.
  std::string masked(std::string_view text) const { return finder()->masked(text); }
  /// The same for each alone.
  std::vector<std::pair<std::string, secret_finder>> by_name() const;
  /// Those that were fetched since the last call.
  std::vector<secret_value> newly_fetched();

 private:
  result<secret_value> fetched(const secret& of, const std::string& folder, const cancellation& cancelled);
  void add(const std::string& name, secret_value value);
  static status long_enough(const secret_value& value, std::string_view name);

  secret_source from_;
  std::function<void(const secret_value&)> after_;
  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable fetched_;
  std::vector<secret> fetching_;
  std::vector<std::pair<secret, secret_value>> known_;          ///< by what fetches them
  std::vector<std::pair<std::string, secret_value>> found_by_;  ///< all, by name
  std::size_t told_ = 0;                                        ///< of `found_by_`
  std::shared_ptr<const secret_finder> finder_ = std::make_shared<const secret_finder>();
};

}  // namespace cicd
