// JSON that was written by us or by kubectl (its view of the kubeconfig), and the documents that we store:
// the deployment record, the result of a run, the parts of a key.
#include <cicd/base/json.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/plan/key.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  if (const auto read = cicd::parse_json(text))
    if (const auto again = cicd::parse_json(compact(*read)); !again) abort();
  (void)cicd::record_from(text, "record.json");
  (void)cicd::run_summary_from(text, "/runs/1");
  (void)cicd::key_parts_from(text);
  return 0;
}
