// The repositories of sources that the environments of a fleet follow, each asked once for its branches and
// tags, several at a time. It does not know what is deployed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/fleet.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/observe/git_settings.hpp>

namespace cicd {

class fleet_sources {
 public:
  static constexpr unsigned asked_at_once = 8;

  /// All outlive it.
  fleet_sources(const fleet_question& of,
                delivery& with,
                const surroundings& around,
                const cancellation& cancelled);

  /// Whether there are pipelines with CODE, whose clones others ask once they are brought.
  bool has_clones() const { return has_clones_; }
  /// Blocks.
  void ask();
  /// Of a place, by its index, after `ask`.
  const result<source_refs>& refs_of(std::size_t at) const { return refs_.at(key_of(at)); }

 private:
  /// Outside by its remote, within the build tree as it lies here.
  struct source_key {
    std::string folder;
    bool is_outside = false;
    auto operator<=>(const source_key&) const = default;
  };
  source_key key_of(std::size_t at) const;
  result<source_refs> read(const source_key& key);
  bool lacks_any_of(const source_key& key, const source_refs& refs) const;

  const fleet_question& of_;
  delivery& with_;
  const surroundings& around_;
  const cancellation& cancelled_;
  observing::settings_reader settings_;
  bool has_clones_ = false;
  std::map<std::string, std::string> tops_;  ///< by the folder in which git is asked
  std::map<source_key, result<source_refs>> refs_;
};

}  // namespace cicd
