// An environment by each way, as tests of what it remembers need it: a cluster in memory, a manifest
// repository of git's, a folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/cluster_home.hpp>
#include <cicd/deliver/gitops/repository_home.hpp>
#include <cicd/deliver/render/render_folder.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/files.hpp>

#include "allowed.hpp"
#include "fake_cluster.hpp"
#include "temporary_folder.hpp"

namespace cicd::tried {

inline std::string manifest_of(const std::string& version) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  version: " + version + "\n";
}

inline deployment_record record_of(const std::string& version) {
  deployment_record record;
  record.pipeline = "orders";
  record.environment = "prod";
  record.version = version;
  record.id = "run-" + version;
  record.who = "Ada <ada@example.com>";
  record.when = *utc_from("2026-11-21T08:00:00Z");
  record.images["api"] = {"orders:" + version, version, sha256(version), {}, {}};
  record.outcome = "deployed";
  return record;
}

inline decide_manifests deploying(const std::string& version) {
  return [=](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    wanted_manifests wanted{{{"a.yaml", manifest_of(version)}}, record_of(version), now.state};
    wanted.record->generation = now.record ? now.record->generation + 1 : 1;
    wanted.record->manifests = digest_of_manifests(wanted.files);
    wanted.message = "deploy " + version;
    wanted.who = wanted.record->who;
    wanted.when = wanted.record->when;
    return std::optional(decided_manifests{std::move(wanted), allowed()});
  };
}

/// An environment by one way, as the suite needs it.
struct tried_way {
  virtual ~tried_way() = default;
  virtual std::unique_ptr<environment_home> home() = 0;
  virtual void deploy(const std::string& version) = 0;
  virtual std::string running() = 0;
  /// Makes what is remembered unreadable.
  virtual void damage() = 0;
};

struct tried_cluster : tried_way {
  using fake_cluster = kubernetes::fake_cluster;

  tried_cluster() {
    pipeline.declared.name = dns_label("orders");
    prod.name = dns_label("prod");
    prod.via = deploy_way::kubectl;
    fake_cluster(server).create(fake_cluster::object("Namespace", "orders"));
  }
  open_cluster opener() {
    return [this]() -> result<std::unique_ptr<kubernetes::cluster>> {
      return std::unique_ptr<kubernetes::cluster>(std::make_unique<fake_cluster>(server));
    };
  }
  std::unique_ptr<environment_home> home() override { return cluster_home(*opener()(), place, opener()); }
  void deploy(const std::string& version) override {
    wanted_release wanted;
    wanted.pipeline = &pipeline;
    wanted.where = &prod;
    wanted.place = place;
    wanted.facts.pipeline = "orders";
    wanted.facts.environment = "prod";
    wanted.facts.manifests = {"a.yaml"};
    wanted.facts.files["a.yaml"] = manifest_of(version);
    wanted.record = record_of(version);
    wanted.record.manifests = sha256(version);
    cluster_deploy_options how;
    how.holder = "Ada";
    how.may = [](const cluster_plan&) -> result<permit> { return allowed(); };
    const auto done = deploy_to_cluster(opener(), std::move(wanted), how);
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running() override {
    return fake_cluster(server).get({"ConfigMap", "orders", "a"}).object["data"]["version"].text();
  }
  void damage() override {
    json& state = server->objects.at({"ConfigMap", "orders", "cicd.orders.prod"});
    json data = state["data"];
    data.set("hold.json", "{");
    state.set("data", std::move(data));
  }

  cluster_place place{"orders", "prod", "orders"};
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  declared_pipeline pipeline;
  environment prod;
};

struct tried_repository : tried_way {
  std::unique_ptr<environment_home> home() override { return repository_home(target, around, nullptr); }
  void deploy(const std::string& version) override {
    const auto done = commit_manifests(target, deploying(version), around, {});
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running() override {
    const auto now = read_manifests(target, around, {});
    return now && now->files.contains("a.yaml") ? version_in(now->files.at("a.yaml")) : std::string();
  }
  static std::string version_in(const std::string& manifest) {
    const auto at = manifest.rfind(": ") + 2;
    return manifest.substr(at, manifest.size() - at - 1);
  }
  void damage() override { commit_file(state_path(target), "{"); }

  /// What a person does in a checkout of their own.
  void by_hand(const std::string& script) {
    const std::string checkout = root / "checkout";
    const std::string all = "set -e; rm -rf " + checkout + "; git clone -q " + target.url + " " + checkout
                            + "; cd " + checkout
                            + "; git config user.name Grace; git config user.email grace@example.com; "
                            + script + "; git push -q origin HEAD:main";
    ASSERT_EQ(std::system(all.c_str()), 0) << script;
  }
  void commit_file(const std::string& path, const std::string& text) {
    by_hand("mkdir -p \"$(dirname " + path + ")\"; printf '%s' '" + text + "' > " + path
            + "; git add -A; git commit -qm 'by hand'");
  }

  temporary_folder root;
  const surroundings around = surroundings::of_process();
  manifest_target target{.url = root / "m.git",
                         .create = true,
                         .branch = "main",
                         .path = "prod/orders",
                         .clone = root / "clone"};
};

struct tried_folder : tried_way {
  std::unique_ptr<environment_home> home() override { return folder_home(root.path(), nullptr); }
  void deploy(const std::string& version) override {
    const auto done = write_folder(root.path(), deploying(version));
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running() override {
    const auto text = read_file(root / "a.yaml");
    return text ? tried_repository::version_in(*text) : std::string();
  }
  void damage() override { ASSERT_TRUE(write_file(root / ".cicd/state.json", "{", durability::fast)); }

  temporary_folder root;
};

}  // namespace cicd::tried
