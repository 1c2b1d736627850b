// Hands each step to the part that does it: publishing, or the way of deploying of its environment.
#pragma once

#include <cicd/base/unicode.hpp>
#include <cicd/deliver/delivery.hpp>

namespace cicd {

delivery::delivery(const workspace& where,
                   const surroundings& around,
                   const clock& time,
                   delivery_options options)
    : options_(std::move(options)),
      source_(around, options_.event),
      context_{where, around, time, options_, source_, gate_},
      ways_(context_),
      gate_(context_, ways_),
      publisher_(context_) {}

const std::vector<wanted_image>& delivery::images_for(const std::string& step) {
  const std::lock_guard hold(mutex_);
  return images_[step];
}

status delivery::check(const graph_step& step) const {
  return step.kind() == step_kind::deploy ? way_of(*step.place()).check(step) : status{};
}

result<step_plan> delivery::plan(const graph_step& step, const artifacts& images) {
  const cancellation_scope heard(options_.cancelled);
  if (status can = check(step); !can) return std::move(can).error();
  result<std::vector<wanted_image>> wanted = images_of(*step.pipeline, images);
  if (!wanted) return std::move(wanted).error();
  {
    const std::lock_guard hold(mutex_);
    images_[step.id] = *wanted;
  }
  if (step.kind() == step_kind::publish) return publisher_.plan(step, *wanted);
  return ways_.of(*step.place()).plan({step, *wanted});
}

std::vector<std::string> delivery::foreseen(const graph_step& step) {
  if (step.kind() != step_kind::deploy) return {};
  const cancellation_scope heard(options_.cancelled);
  std::vector<wanted_image> unmade;
  for (const image& each : step.pipeline->declared.images)
    unmade.push_back({each.name.str(), repository_of(*step.pipeline, each), digest{}});
  result<std::vector<std::string>> known = ways_.of(*step.place()).foresee({step, unmade});
  if (!known) {
    std::string why = known.error().what;
    if (known.error().value) why += ": '" + *known.error().value + "'";
    return {"! what would change is not known: " + displayable(why)};
  }
  return *std::move(known);
}

outcome delivery::act(const task& work, const say_line& say) {
  const graph_step& step = *work.step;
  if (status same = gate_.check_unchanged(step); !same) return failed_outcome(std::move(same).error());
  const std::vector<wanted_image>& images = images_for(step.id);
  if (step.kind() == step_kind::publish) return publisher_.publish(step, images, say);
  return ways_.of(*step.place()).apply({step, images}, say);
}

std::vector<note> delivery::where_it_is(const graph_step& step) {
  if (step.kind() == step_kind::publish) return publisher_.where_it_is(step, images_for(step.id));
  if (step.kind() == step_kind::deploy) return way_of(*step.place()).where_it_is(step);
  return {};
}

std::span<const planned_wave> delivery::last_plans(const graph_step& step) const {
  if (step.kind() != step_kind::deploy) return {};
  return way_of(*step.place()).last_plans(step.id);
}

}  // namespace cicd
