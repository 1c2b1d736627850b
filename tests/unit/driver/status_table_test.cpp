// The table of `cicd status`: one line a pipeline, a column an environment.
#include <cicd/driver/commands/status_table.hpp>

#include <gmock/gmock.h>

#include <list>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/status_outlook.hpp>

namespace {

using namespace cicd;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class board {
 public:
  declared_pipeline& pipeline(const std::string& name, const std::vector<std::string>& environments) {
    declared_pipeline& made = pipelines_.emplace_back();
    made.declared.name = dns_label::from(name);
    for (const std::string& each : environments) {
      environment place;
      place.name = dns_label::from(each);
      made.declared.environments.push_back(place);
    }
    for (const environment& each : made.declared.environments) all.emplace_back().of = {&made, &each};
    return made;
  }
  environment_status& at(const std::string& text) {
    for (environment_status& each : all)
      if (each.of.text() == text) return each;
    throw std::logic_error(text);
  }
  void deploy(const std::string& text, const std::string& ref, const std::string& commit, int behind = -1) {
    deployment_record record;
    (ref == "main" ? record.branch : record.tag) = ref;
    record.commit = commit;
    record.outcome = "deployed";
    at(text).record = record;
    if (behind >= 0) at(text).distance = commit_distance{.behind = static_cast<std::size_t>(behind)};
  }
  std::vector<std::string> lines(std::size_t width = 0, bool has_signs = true) const {
    std::vector<std::string> lines = split(status_table(all, {width, has_signs}), '\n');
    lines.pop_back();
    return lines;
  }

  std::vector<environment_status> all;

 private:
  std::list<declared_pipeline> pipelines_;
};

board example() {
  board shown;
  for (const char* name : {"orders", "billing", "webhook"}) shown.pipeline(name, {"stage", "demo", "prod"});
  shown.deploy("orders/stage", "main", "8f3c2d1");
  shown.deploy("orders/demo", "rc-4", "1111111", 3);
  shown.deploy("orders/prod", "v1.4.2", "2222222", 9);
  shown.at("orders/prod").remarks.push_back({"waits", "long", "waits: SOAK, 41m left"});
  shown.deploy("billing/stage", "main", "77ab012");
  shown.deploy("billing/demo", "rc-4", "77ab012", 0);
  shown.deploy("billing/prod", "v1.4.1", "3333333", 14);
  shown.at("billing/prod").remarks.push_back({"on hold", "long", "on hold: Ada, numbers"});
  shown.deploy("webhook/stage", "main", "90e3f1a");
  shown.deploy("webhook/prod", "v1.4.0", "4444444");
  shown.at("webhook/prod").distance = commit_distance{.why = "a shallow clone"};
  shown.at("webhook/prod").remarks.push_back({"yanked", "long", "! yanked: leaks"});
  return shown;
}

TEST(status_table, has_a_line_for_each_pipeline_and_a_column_for_each_environment) {
  EXPECT_THAT(example().lines(),
              ElementsAre("         stage         demo      prod",
                          "orders   main 8f3c2d1  rc-4  −3  v1.4.2  −9   prod waits: SOAK, 41m left",
                          "billing  main 77ab012  rc-4  =   v1.4.1  −14  prod on hold: Ada, numbers",
                          "webhook  main 90e3f1a  –         v1.4.0  ?    prod ! yanked: leaks"));
}

TEST(status_table, is_ascii_where_the_terminal_is) {
  EXPECT_THAT(example().lines(0, false),
              ElementsAre("         stage         demo      prod",
                          "orders   main 8f3c2d1  rc-4  -3  v1.4.2  -9   prod waits: SOAK, 41m left",
                          "billing  main 77ab012  rc-4  =   v1.4.1  -14  prod on hold: Ada, numbers",
                          "webhook  main 90e3f1a  -         v1.4.0  ?    prod ! yanked: leaks"));
}

TEST(status_table, cuts_the_notes_and_becomes_a_block_for_each_pipeline_where_it_is_too_wide) {
  EXPECT_THAT(example().lines(66).at(1), HasSubstr("prod waits: SOAK, 4…"));
  const std::vector<std::string> narrow = example().lines(40);
  EXPECT_THAT(narrow.at(0), "orders");
  EXPECT_THAT(narrow.at(1), "  stage  main 8f3c2d1");
  EXPECT_THAT(narrow.at(3), HasSubstr("  prod   v1.4.2"));
  EXPECT_THAT(narrow.at(3), HasSubstr("waits: "));
}

TEST(status_table, fits_any_terminal) {
  board shown;
  const std::string long_name(60, 'p');
  for (int at = 0; at < 40; ++at) {
    const std::string name = long_name + std::to_string(at);
    shown.pipeline(name, {"dev", "stage", "demo", "rehearse", "prod-eu", "prod-us"});
    for (environment_status& each : shown.all)
      if (each.of.pipeline->declared.name.view() == name)
        shown.deploy(each.of.text(), "v1.23.456-rc.7", "8f3c2d1", 123);
    shown.at(name + "/prod-eu").remarks.push_back({"on hold", "", "on hold: Ada, " + std::string(80, 'x')});
  }
  EXPECT_EQ(shown.lines(40).at(0), std::string(20, 'p') + "…" + std::string(18, 'p') + "0");
  for (const std::size_t width : {40U, 60U, 80U, 120U, 200U}) {
    std::vector<std::size_t> widths;
    for (const std::string& each : shown.lines(width)) widths.push_back(columns(each));
    EXPECT_THAT(widths, Each(testing::Le(width))) << width;
  }
}

TEST(status_table, says_what_is_not_reachable_and_what_is_ahead) {
  board shown;
  shown.pipeline("orders", {"stage", "prod", "dr"});
  shown.at("orders/stage").failure = error{exit_class::remote, {}, "gone", {}, {}};
  EXPECT_THAT(shown.lines().at(1), HasSubstr("orders  not reachable"));
  shown.at("orders/stage").failure->kind = exit_class::corrupt;
  EXPECT_THAT(shown.lines().at(1), HasSubstr("orders  not readable"));
  shown.at("orders/stage").failure->kind = exit_class::remote;
  shown.deploy("orders/prod", "v1.4.3", "2222222", 3);
  shown.at("orders/prod").distance->ahead = 1;
  shown.deploy("orders/dr", "v1.4.3", "2222222", 0);
  shown.at("orders/dr").pods = pod_count{1, 3, true};
  EXPECT_THAT(shown.lines().at(1), "orders  not reachable  v1.4.3  −3 +1  v1.4.3  =  dr 1/3 ready");
}

TEST(status_table, shows_control_characters_of_a_record) {
  board shown;
  shown.pipeline("orders", {"prod"});
  shown.deploy("orders/prod", "v1\x1b[2J", "2222222");
  EXPECT_EQ(shown.lines().at(1).find('\x1b'), std::string::npos);
}

TEST(status_table, orders_the_columns_as_each_pipeline_declares_them) {
  board shown;
  shown.pipeline("orders", {"stage", "prod"});
  shown.pipeline("billing", {"dev", "stage", "demo", "prod", "dr"});
  EXPECT_THAT(columns_of(shown.all), ElementsAre("dev", "stage", "demo", "prod", "dr"));
}

}  // namespace
