// The programs of `VIA command`: what they are told, and what they say. The contract is "programs of a way"
// (docs/contracts/way-programs.md). It does not know when they are run.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/secret_finder.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// What is to be there, as the programs read it: the only file of an application.
inline constexpr const char* release_file = "release.json";
std::string release_text(const deployment_record& of);
/// Which version that is: without images the first digits of the commit.
std::string version_of(const deployment_record& of);

enum class way_program : std::uint8_t { plan, apply, read, rollback };

struct program_request {
  const declared_pipeline& pipeline;
  const environment& place;
  std::string subject;  ///< `orders/prod`, for errors
  const deployment_record& record;
  std::string wanted;   ///< the text of release.json
  std::string before;   ///< that of the one before; empty: there was none
  std::string scratch;  ///< a folder of this run, made and removed, beside those of other runs
  /// Puts the files of the release below a folder; nothing where it has none.
  std::function<status(const std::string& to)> fetch{};
  const surroundings& around;
  const cancellation* cancelled = nullptr;
  secret_finder secrets{};  ///< what is masked in what it printed, where that is shown
};

/// Runs it in the source folder, without a shell, and gives its standard output; what it printed besides is
/// in the error of one that fails. Class `usage`: it cannot be started, or its exit status is 2; `conflict`
/// for 3, `remote` for 6, `step_failed` for any other; `interrupted`.
result<std::string> run_way_program(way_program which, const program_request& what);

/// Removes what runs that were killed left beside the folder of this one: once they have ended, and their
/// programs, which bear CICD_RUN.
void sweep_ended(const std::string& scratch);

/// What PLAN printed, as lines of a plan, masked. Class `remote` for what is not of the contract.
result<std::vector<std::string>> planned_changes(const std::string& printed, const program_request& of);
/// The version that READ printed; nothing where nothing is there.
result<std::optional<std::string>> version_read(const std::string& printed, const std::string& subject);

}  // namespace cicd
