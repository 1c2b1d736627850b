// The labels of docs/contracts/annotations.md, in a sentence each.
#pragma once

#include <cicd/declare/explain/label_docs.hpp>

namespace cicd::declaring {

const std::vector<label_doc>& label_docs() {
  static const std::vector<label_doc> docs{
      {"app", "`<pipeline>-<service>`; of a preview, with the branch's slug"},
      {"service", "`<pipeline>-<service>`"},
      {"branch", "the branch of the build that first made the image; of a preview or canary, its branch"},
      {"commit_id", "the first seven digits of the commit that first built the image"},
      {"protected_branch",
       "`true` where the environment follows a branch or tag (`ON`), else `false`; of previews "
       "and canaries `false`"},
      {"version", "the image's tag; of a preview, its branch"},
      {"app.kubernetes.io/name", "`<pipeline>-<service>`"},
      {"app.kubernetes.io/instance", "as `app`"},
      {"app.kubernetes.io/component", "the service's or cron job's name"},
      {"app.kubernetes.io/part-of", "the pipeline's name"},
      {"app.kubernetes.io/managed-by", "`cicd`"},
      {"app.kubernetes.io/version", "as `version`"},
      {"tags.datadoghq.com/service", "as `service`"},
      {"tags.datadoghq.com/env", "the environment's name"},
      {"tags.datadoghq.com/version",
       "the commit's first seven digits; the image's tag where no commit is known"},
      {"cicd.dev/pipeline", "the pipeline's name, by which the objects of a declaration are found"},
      {"cicd.dev/environment", "the environment's name"},
      {"cicd.dev/track", "`stable`, `preview` or `canary`; part of every Deployment's selector"},
      {"cicd.dev/workload", "`<pipeline>.<service>`, of pods; part of every Deployment's selector"},
      {"cicd.dev/traffic", "`<pipeline>.<service>`, of pods; what the Service selects"},
      {"cicd.dev/job-of", "`<pipeline>.<name>`, of the pods of cron jobs and tasks"},
      {"cicd.dev/branch", "the slug and a hash of the branch, of previews and canaries"}};
  return docs;
}

}  // namespace cicd::declaring
