// What the ways have in common that write manifests as files: what is wanted beside what is there, decided
// again wherever another wrote meanwhile. It does not know where the files lie nor how they are written.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/manifests.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

class manifest_way : public way {
 public:
  using way::way;

  result<deployed_release> look(const declared_pipeline& pipeline,
                                const environment& place,
                                const cancellation* cancelled) const final;
  result<step_plan> plan(const deploy_request& of) final;
  /// Why it would be refused; nothing where it would not.
  result<std::vector<std::string>> foresee(const deploy_request& of) final;
  std::vector<approvable> last_approvable(const std::string& step) const final;

 protected:
  virtual result<manifest_state> read(const declared_pipeline& pipeline,
                                      const environment& place,
                                      const cancellation* cancelled) const = 0;

  /// Of a record that says that it is on its way: its run, unless that is this one or has ended.
  virtual std::optional<living_deploy> living(const declared_pipeline&,
                                              const environment&,
                                              const std::optional<deployment_record>&) const {
    return std::nullopt;
  }

  /// Where nothing is to be written: what is to be done all the same, in words; else nothing.
  virtual result<std::optional<std::string>> left_over(const deploy_request&, const manifest_state&) const {
    return std::optional<std::string>();
  }

  /// What is to be there, as files: Kubernetes' objects. Class `usage` where there is nothing.
  virtual result<std::map<std::string, std::string>> files_of(const deploy_request& of,
                                                              const release_draft& made) const;
  /// What a plan shows of what changes, a line each.
  virtual result<std::vector<std::string>> lines_of(const deploy_request& of,
                                                    const manifest_state& now,
                                                    const wanted_manifests& wanted) const;
  /// Whether the last deployment came to its end: what VERIFY refused, or never saw, is tried again.
  virtual bool is_settled(const environment& place, const deployment_record& there) const;

  /// A deploy is being planned, or will not write after all: those that are written at the same moment can
  /// wait for each other.
  virtual void announce(const deploy_request&, bool /*is_coming*/) {}

  /// Whether there is something that can be read without making it first.
  virtual bool is_made(const declared_pipeline&, const environment&) const { return true; }

  /// What a deploy wrote, for its summary.
  struct written_manifests {
    std::size_t files = 0;  ///< that changed
    deployment_record record{};
    std::string approval{};                      ///< the digest that an approval of it has
    std::map<std::string, std::string> facts{};  ///< of a branch's copy
    std::optional<permit> allowed{};
  };
  /// The decision of a deploy, with the gate's leave; tells `done` what it was. Both outlive it.
  decide_manifests decision_for(const deploy_request& of, written_manifests& done) const;
  /// The gate's leave for a version, given what is there. `images`: what would run; nothing: it is not known.
  result<permit> may_write(const deploy_request& of,
                           const manifest_state& now,
                           const std::string& version,
                           const std::string& approval,
                           std::optional<std::vector<image_to_verify>> images) const;

 private:
  result<step_plan> compared(const deploy_request& of);
  result<std::optional<wanted_manifests>> wanted(const deploy_request& of, const manifest_state& now) const;

  mutable std::mutex mutex_;                      ///< of the map
  std::map<std::string, approvable> approvable_;  ///< by step, what was planned last
};

/// `<build>/<PATH>`, without PATH `<build>/rendered/<environment>/<pipeline>`.
std::string folder_in_build_tree(const workspace& where,
                                 const declared_pipeline& pipeline,
                                 const environment& place);

}  // namespace cicd
