// Environments, previews and canaries, and what objects of several of them share: what is said of wrong ones.
#include "workload_calls.hpp"

namespace {

using namespace workload_calls;

TEST(an_environment, is_never_called_as_the_copies_of_branches_are) {
  for (const char* name : {"preview", "canary"})
    expect_error(
        "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o " + std::string(name) + " VIA render)",
        "o/" + std::string(name) + ": the name stands for the copies of branches, as in IN " + name + ": '"
            + name + "'");
}

// --- FROM and pipeline_release() ---

const std::string three =
    "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o stage ON branch main VIA gitops)\n"
    "pipeline_environment(o rehearse ON branch release/* VIA gitops)\n";

TEST(from, is_a_list_of_environments_of_which_some_suffice) {
  const auto made = cicd::tests::model_from(
      three + "pipeline_environment(o prod ON tag v* VIA gitops FROM stage|rehearse stage)");
  ASSERT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
  const auto& from = made.model.pipelines.front().declared.environments.back().from;
  ASSERT_EQ(from.size(), 2U);
  EXPECT_EQ(from[0].text(), "stage|rehearse");
  EXPECT_EQ(from[1].text(), "stage");
}

TEST(from, names_environments_of_its_pipeline) {
  expect_error(three + "pipeline_environment(o prod ON tag v* VIA gitops FROM stage|stge)",
               "o/prod: FROM: there is no such environment: 'stge'", "stage");
  expect_error(three + "pipeline_environment(o prod ON tag v* VIA gitops FROM stage|)",
               "o/prod: FROM has a wrong value: 'stage|'");
}

TEST(from, leads_nowhere_back) {
  expect_error(three + "pipeline_environment(o prod ON tag v* VIA gitops FROM prod)",
               "o/prod: FROM: these environments wait for each other in a cycle: 'prod → prod'");
  const auto made = cicd::tests::model_from(
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o a ON tag a* VIA gitops FROM b)\n"
      "pipeline_environment(o b ON tag b* VIA gitops FROM c)\n"
      "pipeline_environment(o c ON tag c* VIA gitops FROM a)\n"
      "pipeline_environment(o d ON tag d* VIA gitops FROM a)");
  ASSERT_EQ(made.errors.size(), 1U) << "d waits for the cycle, and is not of it";
  EXPECT_EQ(made.errors.front().value, "a → b → c → a");
}

// --- IMAGES_IN ---

TEST(images_in, is_a_repository_of_another_registry) {
  const std::string orders = "add_pipeline(o TEMPLATE java-maven IMAGE one.example.com/services/o)\n";
  const auto made = cicd::tests::model_from(
      orders + "pipeline_environment(o prod VIA gitops IMAGES_IN two.example.com/prod)");
  ASSERT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
  EXPECT_EQ(made.model.pipelines.front().declared.environments.back().images_in.view(),
            "two.example.com/prod");
  expect_error(orders + "pipeline_environment(o prod VIA gitops IMAGES_IN two.example.com/prod:v1)",
               "o/prod: IMAGES_IN has a wrong value: 'two.example.com/prod:v1'", "two.example.com/prod");
  expect_error(orders + "pipeline_environment(o prod VIA gitops IMAGES_IN prod)",
               "o/prod: IMAGES_IN has no meaning without a registry to copy to");
  expect_error(
      "add_pipeline(o IMAGE my.app TEMPLATE java-maven)\npipeline_environment(o prod VIA gitops IMAGES_IN "
      "two.example.com/prod)",
      "o/prod: IMAGES_IN has no meaning for an image in the build tree: my.app");
  expect_error(orders + "pipeline_environment(o prod VIA gitops IMAGES_IN one.example.com)",
               "o/prod: IMAGES_IN has no meaning where the images are already: one.example.com/services/o");
  expect_error(
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o prod VIA gitops IMAGES_IN "
      "two.example.com/prod)",
      "o/prod: IMAGES_IN has no meaning for an image in the build tree: o");
}

TEST(a_release, says_what_is_released_of_a_pipeline_once) {
  const std::string tagged = three + "pipeline_environment(o prod ON tag v* VIA gitops)\n";
  const auto made =
      cicd::tests::model_from(tagged + "pipeline_release(o BRANCHES main release/* VERSIONS calendar)");
  ASSERT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
  const auto& release = made.model.pipelines.front().declared.releases.front();
  EXPECT_EQ(release.branches.size(), 2U);
  EXPECT_EQ(release.versions, cicd::version_rule::calendar);
  expect_error(tagged + "pipeline_release(o BRANCHES main)\npipeline_release(o VERSIONS semantic)",
               "o/release: the release of this pipeline is declared twice: 'o'");
  expect_error(tagged + "pipeline_release(o)", "o/release: BRANCHES or VERSIONS is missing");
  expect_error(tagged + "pipeline_release(o VERSIONS semantics)",
               "o/release: VERSIONS has a wrong value: 'semantics'", "semantic");
}

TEST(a_release, has_something_to_release) {
  expect_error(three + "pipeline_release(o BRANCHES main)",
               "o/release: pipeline_release has no meaning where no environment is ON tag or "
               "has FROM");
  expect_error(three + "pipeline_environment(o prod ON branch live VIA gitops FROM stage)\n"
                       "pipeline_release(o VERSIONS number)",
               "o/release: VERSIONS has no meaning where no environment is ON tag");
}

TEST(an_environment, takes_only_values_that_its_options_know) {
  for (const char* words : {"REPOSITORY r", "BRANCH b", "PATH p"}) {
    const std::string keyword = std::string(words).substr(0, std::string(words).find(' '));
    const std::string way = keyword == "PATH" ? "gitops or render" : "gitops";
    expect_environment_error("VIA kubectl " + std::string(words),
                             keyword + " has no meaning without VIA " + way + ": 'VIA kubectl'");
  }
  for (const char* words : {"CONTEXT c", "KUBECONFIG k", "EKS r/c", "TAKE_OVER helm", "PRUNE Namespace/x",
                            "ON_FAILURE stop", "PATIENCE oom=5m"}) {
    const std::string keyword = std::string(words).substr(0, std::string(words).find(' '));
    expect_environment_error("VIA gitops " + std::string(words),
                             keyword + " has no meaning without VIA kubectl: 'VIA gitops'");
  }
  expect_environment_error("VIA kubectl EKS r/c CONTEXT x", "CONTEXT and EKS exclude each other");
  expect_environment_error("VIA kubectl ROLE arn:aws:iam::1:role/o", "ROLE needs EKS");
  expect_environment_error("VIA kubectl PATIENCE crashloop=5m", "PATIENCE has a wrong value: 'crashloop=5m'",
                           "crash-loop=5m");
  expect_environment_error("VIA kubectl PATIENCE oom=5", "PATIENCE has a wrong value: 'oom=5'", "oom=5s");
  expect_environment_error("VIA kubectl PATIENCE oom=5m oom=6m", "PATIENCE names the same twice: 'oom=6m'");
  expect_environment_error("VIA kubectl PRUNE pvc/orders", "PRUNE has a wrong value: 'pvc/orders'",
                           "PersistentVolumeClaim/orders");
  expect_environment_error("VIA kubectl EKS arn:aws:eks:us-east-1:123456789012:cluster/orders",
                           "EKS has a wrong value: 'arn:aws:eks:us-east-1:123456789012:cluster/orders'",
                           "us-east-1/orders");
  expect_error("add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o branch VIA kubectl)",
               "o/branch: the name belongs to the targets of previews, such as deploy-branch: 'branch'");
}

TEST(contexts, are_several_and_have_their_placeholders_replaced) {
  const auto made = good(
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o s VIA kubectl CONTEXT "
      "{environment}-1 {pipeline}-2 KUBECONFIG {environment}.conf)");
  ASSERT_EQ(made.environments.at(0).context.size(), 2u);
  EXPECT_EQ(made.environments[0].context[0].view(), "s-1");
  EXPECT_EQ(made.environments[0].context[1].view(), "o-2");
  EXPECT_EQ(made.environments[0].kubeconfig.view(), "s.conf");
}

TEST(a_preview, is_one_for_an_environment_and_has_a_host_for_each_branch) {
  const std::string call = start + "pipeline_cron_job(o close SCHEDULE @daily)\npipeline_preview(o ";
  const auto made =
      good(call + "IN stage HOST o.{slug}.example.com NAMESPACE o-{slug} SERVICES api CRON_JOBS close)");
  EXPECT_EQ(made.previews.at(0).in.view(), "stage");
  EXPECT_EQ(made.previews.at(0).namespace_name.view(), "o-{slug}");
  expect_error(call + "HOST o.{slug}.example.com)", "o/preview: IN is missing");
  expect_error(
      call + "IN stage HOST " + std::string(24, 'h') + "{slug}.example.com)",
      "o/preview: HOST leaves too little room for the name of a branch, which has up to 40 characters: '"
          + std::string(24, 'h') + "{slug}.example.com'");
  good(call + "IN stage HOST " + std::string(23, 'h') + "{slug}.example.com)");
  expect_error(
      call + "IN stage NAMESPACE " + std::string(24, 'n') + "{slug})",
      "o/preview: NAMESPACE leaves too little room for the name of a branch, which has up to 40 characters: '"
          + std::string(24, 'n') + "{slug}'");
  expect_error(call + "IN stag)", "o/preview: IN: there is no such environment: 'stag'", "stage");
  expect_error(call + "IN stage HOST o.example.com)", "o/preview: HOST has a wrong value: 'o.example.com'");
  expect_error(call + "IN stage NAMESPACE previews)", "o/preview: NAMESPACE has a wrong value: 'previews'");
  expect_error(call + "IN stage NAMESPACE a.{slug})", "o/preview: NAMESPACE has a wrong value: 'a.{slug}'");
  expect_error(call + "IN stage SERVICES ap)", "o/preview: SERVICES: there is no such service: 'ap'", "api");
  expect_error(call + "IN stage CRON_JOBS clos)", "o/preview: CRON_JOBS: there is no such cron job: 'clos'",
               "close");
  expect_error(call + "IN stage REPLICAS 1..2)",
               "o/preview: a range of REPLICAS has no meaning for a preview");
  expect_error(call + "IN stage SWEEP cron)", "o/preview: SWEEP has a wrong value: 'cron'");
  expect_error(call + "IN stage)\npipeline_preview(o IN stage)",
               "o/preview: the preview IN this environment is declared twice: 'stage'");
  expect_error(call + "name IN stage)", "o/preview: a value without a keyword: 'name'");
  expect_error(
      start + "pipeline_environment(o out VIA render)\npipeline_preview(o IN out)",
      "o/preview: IN: no preview can be made VIA render, by which this environment is deployed: 'out'");
}

TEST(a_canary, is_in_a_cluster_only) {
  expect_error(
      start + "pipeline_environment(o git VIA gitops)\npipeline_canary(o IN git SHARE 10%)",
      "o/canary: IN: no canary can be made VIA gitops, by which this environment is deployed: 'git'");
}

const std::string git_environment =
    start + "pipeline_secret(o forge PASS_ENV F)\npipeline_environment(o git VIA gitops ";

TEST(a_preview_in_a_manifest_repository, has_a_folder_beside_that_of_its_environment) {
  const auto made =
      good(git_environment + "REPOSITORY m.git)\npipeline_preview(o IN git PATH p/{environment}/{pipeline})");
  const cicd::preview& copies = made.previews.at(0);
  EXPECT_EQ(copies.path.view(), "p/git/o");
  const cicd::environment& place = made.environments.back();
  using cicd::place_of_copies;
  EXPECT_EQ(place_of_copies(place, copies, "o").path.view(), "p/git/o");
  EXPECT_EQ(place_of_copies(place, copies, "o").repository.view(), "m.git");
  const cicd::preview plain =
      good(git_environment
           + "REPOSITORY m.git)\npipeline_preview(o IN git BRANCH b REPOSITORY {pipeline}.git)")
          .previews.at(0);
  EXPECT_EQ(place_of_copies(place, plain, "o").path.view(), "previews/git/o");
  EXPECT_EQ(place_of_copies(place, plain, "o").repository.view(), "o.git");
  EXPECT_EQ(place_of_copies(place, plain, "o").branch.view(), "b");
}

TEST(a_preview_in_a_manifest_repository, is_refused_what_its_folder_cannot_have) {
  const auto in = [](const std::string& place, const std::string& copies) {
    return git_environment + place + ")\npipeline_preview(o IN git " + copies + ")";
  };
  expect_error(
      in("", "PATH git/o"),
      "o/preview: two deploys would write the same manifests: 'the build tree's repository main git/o'");
  expect_error(in("", "PATH git/o/previews"),
               "o/preview: PATH lies within that of another environment, 'the build tree's repository main "
               "git/o', which owns all in it: 'the build tree's repository main git/o/previews'");
  expect_error(
      in("", "PATH .cicd/previews"),
      "o/preview: PATH leads to the deployment records of the manifest repository: '.cicd/previews'");
  expect_error(in("", "PATH p//o"), "o/preview: PATH: a path has no part that is empty or '.': 'p//o'");
  expect_error(in("", "PATH p/{slug}"), "o/preview: PATH knows no such placeholder: '{slug}'");
  expect_error(in("", "REPOSITORY m.git"),
               "o/preview: REPOSITORY of a preview needs REPOSITORY of its environment");
  expect_error(in("REPOSITORY m.git WRITE values.yaml:a=b", ""),
               "o/preview: IN: WRITE puts values into files that are there, and a preview has none in its "
               "folder: 'git'");
  const std::string proposed =
      "REPOSITORY https://git.example.com/a/b PULL_REQUEST gitea PULL_REQUEST_TOKEN secret:forge";
  expect_error(in(proposed, ""),
               "o/preview: IN: deploys to this environment are pull requests, and a preview is pushed "
               "without one: 'git'");
  EXPECT_EQ(good(in(proposed, "BRANCH previews")).previews.size(), 1U);
  const std::string cluster = start + "pipeline_preview(o IN prod ";
  for (const char* option : {"REPOSITORY m.git", "BRANCH b", "PATH p"})
    expect_error(cluster + option + ")",
                 "o/preview: " + std::string(option).substr(0, std::string(option).find(' '))
                     + " has no meaning without VIA gitops: 'VIA kubectl'");
}

TEST(an_approval_to_build, is_asked_for_only_where_there_is_an_image_beside_which_it_is_kept) {
  const std::string without =
      "APPROVAL_TO_BUILD has no meaning where the pipeline makes no image: the approval is kept where "
      "its artifacts are";
  const std::string step = "pipeline_step(o b COMMAND make)\n",
                    image = "pipeline_image(o BASE scratch FILES a=/a)\n";
  expect_error("add_pipeline(o APPROVAL_TO_BUILD)\n" + step, "o: " + without);
  expect_error("add_pipeline(o)\n" + step
                   + "pipeline_environment(o s VIA kubectl)\npipeline_preview(o IN s HOST {slug}.example.com "
                     "APPROVAL_TO_BUILD)",
               "o/preview: " + without);
  EXPECT_EQ(cicd::tests::errors_of("add_pipeline(o APPROVAL_TO_BUILD)\n" + step + image), "");
}

TEST(a_canary, takes_from_the_only_service_with_a_port_or_from_the_one_it_names) {
  const std::string call = start + "pipeline_service(o worker)\npipeline_canary(o ";
  EXPECT_EQ(good(call + "IN prod SHARE 10%)").canaries.at(0).service.view(), "api");
  const auto read = model_from(call + "IN prod SHARE 10%)");
  EXPECT_EQ(read.model.pipelines.at(0).origins.count("canary.prod.api.share"), 1u);
  expect_error(call + "IN prod)", "o/canary: SHARE is missing");
  expect_error(call + "SHARE 10%)", "o/canary: IN is missing");
  expect_error(call + "IN prod SHARE 10)", "o/canary: SHARE has a wrong value: '10'", "10%");
  expect_error(call + "IN prod SHARE 90%)", "o/canary: SHARE has a wrong value: '90%'", "50%");
  expect_error(call + "IN prod SHARE 1% SERVICE wrker)",
               "o/canary: SERVICE: there is no such service: 'wrker'", "worker");
  expect_error(call + "IN prod SHARE 1% SERVICE worker)",
               "o/canary: SERVICE: it has no PORT, so that there are no requests to share: 'worker'");
  expect_error(call + "IN prod SHARE 1%)\npipeline_service(o web PORT 81)",
               "o/canary: SERVICE is missing, and several have a PORT");
  expect_error(call + "IN prod SHARE 1%)\npipeline_canary(o IN prod SERVICE api SHARE 2%)",
               "o/canary: the canary of this service IN this environment is declared twice: 'prod.api'");
}

TEST(objects_of_one_name, in_one_namespace_are_refused_with_both) {
  const auto two = [](const std::string& first, const std::string& second) {
    return "add_pipeline(a TEMPLATE java-maven)\nadd_pipeline(a-b TEMPLATE java-maven)\n"
           "pipeline_service(a b-c)\npipeline_cron_job(a-b c SCHEDULE @daily)\npipeline_environment(a "
           + first + ")\npipeline_environment(a-b " + second + ")";
  };
  const std::string said =
      "a-b/c: its objects would have the name of those of a/b-c, in one namespace: 'a-b-c'";
  expect_error(two("prod VIA kubectl", "prod VIA kubectl"), said);
  expect_error(two("prod VIA gitops NAMESPACE n", "prod VIA gitops NAMESPACE n"), said);
  expect_error(two("x VIA kubectl CONTEXT c d", "y VIA kubectl CONTEXT d"), said);
  EXPECT_EQ(cicd::tests::errors_of(two("prod VIA kubectl NAMESPACE n", "prod VIA kubectl NAMESPACE m")), "");
  EXPECT_EQ(cicd::tests::errors_of(two("x VIA kubectl CONTEXT c", "y VIA kubectl CONTEXT d")), "");
}

TEST(objects_named_by_NAMED, are_told_apart_by_their_kind) {
  const std::string other = start + "pipeline_service(o web NAMED ";
  EXPECT_EQ(cicd::tests::errors_of(other + "x)\npipeline_cron_job(o close NAMED x SCHEDULE @daily)"), "");
  expect_error(other + "o-api)",
               "o/web: its objects would have the name of those of o/api, in one namespace: 'o-api'");
}

TEST(manifests, of_one_environment_within_those_of_another_are_refused) {
  const auto two = [](const std::string& first, const std::string& second) {
    return "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o s VIA gitops " + first
           + ")\npipeline_environment(o t VIA gitops " + second + ")";
  };
  expect_error(
      two("PATH all", "PATH all/t"),
      "o/t: PATH lies within that of another environment, 'the build tree's repository main all', which owns "
      "all in it: 'the build tree's repository main all/t'");
  expect_error(two("PATH t", ""),
               "o/t: PATH lies within that of another environment, 'the build tree's repository main t', "
               "which owns all "
               "in it: 'the build tree's repository main t/o'");
  EXPECT_EQ(cicd::tests::errors_of(two("PATH all", "PATH all-t")), "");
  EXPECT_EQ(cicd::tests::errors_of(two("PATH all", "PATH all/t BRANCH other")), "");
  EXPECT_EQ(cicd::tests::errors_of(two("PATH {environment}/x", "PATH {environment}/x")), "");
}

}  // namespace
