// What the ways have in common that change something by a program or a service: what is wanted is written
// down before anything is changed, and again as it ended, so that a run that was killed is seen, and two do
// not deploy at once. It does not know what is changed, nor by what.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/manifest_way.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/state_history.hpp>

namespace cicd {

class applied_way : public manifest_way {
 public:
  using manifest_way::manifest_way;

  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const override {
    return states_of(pipeline, place, nullptr).history(most);
  }
  std::vector<open_home> homes_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const override {
    return {[this, &pipeline, &place, cancelled]() -> result<std::unique_ptr<environment_home>> {
      return home_of(pipeline, place, cancelled);
    }};
  }
  outcome apply(const deploy_request& of, const say_line& say) override;

 protected:
  /// What is to be there, and was.
  struct application {
    const declared_pipeline& pipeline;
    const environment& place;
    std::string subject;  ///< `orders/prod`
    const std::map<std::string, std::string>& files;
    const std::map<std::string, std::string>& before;  ///< empty: nothing was deployed
    const deployment_record& record;                   ///< of what is to be there
    bool is_rollback = false;
    const cancellation* cancelled = nullptr;
    say_line say{};
  };
  /// Brings it there. Blocks; may be asked again for what is there already.
  virtual status bring(const permit& allowed, const application& what) const = 0;
  /// For how long another run is waited for that said that it deploys.
  virtual std::chrono::minutes longest_deploy(const environment& place) const = 0;
  virtual std::string summary_of(const deploy_request& of) const = 0;
  virtual state_history states_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const = 0;

  result<manifest_state> read(const declared_pipeline& pipeline,
                              const environment& place,
                              const cancellation* cancelled) const override {
    result<state_generation> last = states_of(pipeline, place, cancelled).last();
    if (!last) return std::move(last).error();
    return std::move(last->there);
  }
  bool is_settled(const environment&, const deployment_record& there) const override {
    return came_to_a_good_end(there);
  }
  std::optional<living_deploy> living(const declared_pipeline& pipeline,
                                      const environment& place,
                                      const std::optional<deployment_record>& there) const override;

 private:
  struct change_of_place;
  /// Where the marks of deploys are: what lies in the build tree is of all who use that.
  std::string marks_of(const environment& place) const {
    return is_embedded(place) ? in_.where.own() : in_.where.state;
  }
  std::unique_ptr<environment_home> home_of(const declared_pipeline& pipeline,
                                            const environment& place,
                                            const cancellation* cancelled) const;
  result<bool> change(const change_of_place& what, const cancellation* cancelled) const;
  result<std::optional<decided_manifests>> write(const state_history& to,
                                                 const decide_manifests& decide) const;
  status finish(const state_history& to,
                const change_of_place& what,
                const decided_manifests& began,
                const std::string& outcome) const;
};

}  // namespace cicd
