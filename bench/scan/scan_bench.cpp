// Reads SARIF files and writes them as one, as the end of a run does: scan_bench OUT FILE…
#include <cicd/report/scan/merged_sarif.hpp>
#include <cicd/report/scan/readers.hpp>
#include <cicd/system/files.hpp>

int main(int count, char** words) {
  using namespace cicd;
  if (count < 3) return 2;
  const sarif_places places{"/step", "/step", ".", exists};
  std::vector<scanned> all;
  for (int at = 2; at < count; ++at) {
    const result<std::string> text = read_file(words[at]);
    const result<scan_report> report = text ? read_scan_report({*text, words[at], {}}, places) : text.error();
    if (!report) return 1;
    scanned one{.step = "bench/" + std::to_string(at), .prefix = {}};
    one.found.tool = report->tool;
    one.found.findings = report->findings;
    one.found.rules = report->rules;
    give_fingerprints(one.found.findings, [](const auto&, auto) { return std::nullopt; });
    one.verdict = verdict_of(one.found, {.scan = "bench"});
    all.push_back(std::move(one));
  }
  return write_file(words[1], merged_sarif_of(all).text, durability::fast) ? 0 : 1;
}
