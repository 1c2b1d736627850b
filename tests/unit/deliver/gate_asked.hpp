// A question to the gate that no rule is against, and how one rule is broken: for the tests of the gate.
#pragma once

#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/gate.hpp>

namespace cicd::gate_asked {

struct asked {
  gate_question of;
  gate_state state;
  bool is_refused() const { return !may(of, state); }
};

/// Everything as it should be: a push to main in a CI system, clean, known to the remote, newest, approved.
inline asked harmless(change what, bool is_outside) {
  asked all;
  gate_question& of = all.of;
  of.what = what;
  of.subject = "orders/deploy-prod";
  of.pipeline = "orders";
  of.environment = "prod";
  of.is_outside = is_outside;
  of.is_protected = true;
  of.approval = approval_rule::required;
  of.follows = {ref_kind::branch, ref_pattern("main")};
  of.base = base_declaration{.branch = "main", .commit = std::string(40, 'a')};
  of.event.kind = event_kind::push;
  of.event.system = "GitHub Actions";
  of.event.branch = "main";
  of.event.known_by = "GITHUB_REF";
  of.approve_words = "cicd approve orders prod";
  of.read_words = "cicd notes orders prod --to v2";
  of.soak = std::chrono::hours(2);
  of.awaits = {"registry.example.com/orders-ui"};
  all.state.awaited = {{"registry.example.com/orders-ui", {"aaaaaaa", "v2"}, sha256("ui")}};
  of.upstream = "jenkins https://ci.example.com/job/orders";
  all.state.upstream = upstream_build{upstream_build::state::good, "41"};
  of.signer = "keys/release.pub";
  all.state.images = {{"registry.example.com/orders", sha256("image")}};
  all.state.verified = {{.repository = "registry.example.com/orders",
                         .manifest = sha256("image"),
                         .is_there = true,
                         .lacks = signature_state::lack::none}};
  of.program = {"./slo.sh", "prod"};
  all.state.program = program_answer{.passed = true};
  source_facts sources;
  sources.folder = "/orders";
  sources.git.repository = true;
  sources.git.commit = std::string(40, 'a');
  sources.git.branch = "main";
  sources.remote =
      remote_place{remote_place::answer::on_it, "https://git.example.com/orders", "main", "origin"};
  sources.released = sources.remote;
  of.released = {{"main"}, tag_order::of(ref_pattern("v*"), version_rule::semantic), "v1.5.0"};
  of.sources.push_back(sources);
  sources.is_declaration = true;
  sources.follows = "main";
  of.sources.push_back(std::move(sources));
  all.state.now = *utc_from("2026-11-21T08:00:00Z");
  all.state.version = "v2";
  all.state.approval_digest = "digest";
  all.state.approvals = {{"ada", "looked", "digest", all.state.now, all.state.now + std::chrono::hours(1)}};
  return all;
}

/// Healthy since 06:40, which is not long enough at 08:00.
inline earlier_place soaking() {
  earlier_place stage;
  stage.name = stage.where = "stage";
  stage.was_reached = stage.was_healthy = true;
  stage.since = utc_from("2026-11-21T06:40:00Z");
  stage.soaked = std::chrono::minutes(80);
  return stage;
}

/// Breaks exactly one rule.
inline void break_rule(gate_rule rule, asked& to) {
  switch (rule) {
    case gate_rule::fork: to.of.event.fork = "somebody/orders"; return;
    case gate_rule::protection: to.of.event = {}; return;
    case gate_rule::dirty: to.of.sources[0].is_dirty = true; return;
    case gate_rule::ref: to.of.sources[0].git.branch = "feature"; return;
    case gate_rule::proposal:
      to.of.event.kind = event_kind::pull_request;
      to.of.is_protected = false;
      to.of.follows = {};
      to.of.base->lacks = "pipeline_preview(orders IN prod …)";
      return;
    case gate_rule::yanked:
      to.state.mark.emplace();
      to.state.mark->commit = std::string(40, 'a');
      to.state.mark->reason = "loses orders";
      return;
    case gate_rule::hold:
      to.state.hold = deployment_hold{"ada", "no", to.of.what == change::rollback ? "v2" : "", to.state.now};
      return;
    case gate_rule::pin: to.of.pin = {"v9", std::string(40, '9'), "CMakeLists.txt:3"}; return;
    case gate_rule::branches: to.of.sources[0].released->where = remote_place::answer::not_on_it; return;
    case gate_rule::version: to.of.released.tag = "verify-me"; return;
    case gate_rule::moved_tag:
      to.state.newer.there.tag = to.of.released.tag;
      to.state.newer.there.commit = std::string(40, 'b');
      return;
    case gate_rule::superseded: to.state.newer.is = succession::order::older; return;
    case gate_rule::from:
      to.state.from.resize(1);
      to.state.from[0].name = "stage|rehearse";
      to.state.from[0].there = {"stage: v1.4.0"};
      to.state.from[0].soaked = std::chrono::hours(2);
      return;
    case gate_rule::weakened:
      to.state.weakened = {{"APPROVAL required", "", std::string(40, 'c')}};
      to.state.weakened_by = "this checkout is older";
      return;
    case gate_rule::soak: to.state.from = {soaking()}; return;
    case gate_rule::window:
      to.state.closed = closed_window{"Mon-Fri 09:00-16:00, UTC", "Mon 2026-11-23 09:00, UTC",
                                      *utc_from("2026-11-23T09:00:00Z")};
      return;
    case gate_rule::await: to.state.awaited[0].manifest = digest{}; return;
    case gate_rule::upstream: to.state.upstream->is = upstream_build::state::failed; return;
    case gate_rule::signature:
      to.state.verified->front().lacks = signature_state::lack::signature;
      to.state.verified->front().says = "no matching signatures";
      return;
    case gate_rule::program: to.state.program = program_answer{false, "1", "error budget is spent"}; return;
    case gate_rule::remote_ref: to.of.sources[0].remote->where = remote_place::answer::not_on_it; return;
    case gate_rule::declaration: to.of.sources[1].remote->where = remote_place::answer::not_on_it; return;
    case gate_rule::approval: to.state.approvals.clear(); return;
  }
}

}  // namespace cicd::gate_asked
