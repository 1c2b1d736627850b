// A command of a person's own, or a test's, beside backing services: they are started before it and gone
// after it. Nothing of it is recorded or reused.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

struct with_request {
  const declared_pipeline* pipeline = nullptr;
  std::vector<std::string> needs{};            ///< names of its backing services
  std::vector<std::string> words{};            ///< with their placeholders, `{postgres.port}`
  std::vector<std::string> env{};              ///< `NAME=value`, likewise
  std::string folder{};                        ///< absolute: where the command runs
  std::function<status()> may_have_secrets{};  ///< asked where a service has secrets
  std::function<void(output_stream from, std::string_view line)> print{};  ///< masked, without its end
};

/// Runs it to its end, or to the end of the first service that ends by itself. SIGINT, SIGTERM and SIGHUP end
/// it with all that it needs. Class `usage` where a name or a variable is wrong. Logs of the services are
/// kept where it fails, in `.cicd/with` of the build tree.
outcome run_with_services(const session& of, const with_request& request);

/// What is wrong with the names and variables of the request; nothing is started, and no file looked at.
status check_with_services(const session& of, const with_request& request);

}  // namespace cicd
