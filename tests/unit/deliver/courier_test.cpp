// When a courier brings what is told, what it gives up, and whom it told.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/notify/courier.hpp>

namespace cicd {
namespace {

using namespace std::chrono_literals;

/// It reads what it is told, and ends with that status.
notifier program(const std::string& status, const char* when = nullptr) {
  notifier made;
  for (const std::string& word : {std::string("sh"), std::string("-c"), "cat > /dev/null; exit " + status})
    made.command.push_back(text::from(word));
  if (when != nullptr) made.when.push_back(text::from(std::string(when)));
  return made;
}

/// A courier of pipeline `orders` to a program or a webhook that is a secret.
struct brought {
  explicit brought(notifier to) {
    pipeline.declared.name = dns_label::from("orders");
    pipeline.source_directory = "/";
    told.notices = {{.key = "v2"}};
    told.notices.front().services = {
        {.at = {"orders", "stage", {}}, .version = "v2", .kinds = {notice_kind::success}}};
    by = std::make_unique<courier>(std::move(to), std::vector<const declared_pipeline*>{&pipeline},
                                   courier_ports{.around = around,
                                                 .time = system_clock_port(),
                                                 .now =
                                                     [this] {
                                                       ++asked;
                                                       told_state now = told;
                                                       now.is_last = is_last;
                                                       return now;
                                                     },
                                                 .secret_of = secret_of,
                                                 .commit_of = {},
                                                 .author_of = {},
                                                 .context_of = [](const auto&) { return release_context(); },
                                                 .masked = [](std::string text) { return text; }});
  }
  told_services finished(std::chrono::milliseconds limit = 10s) {
    is_last = true;
    by->tell(true);
    by->finish(limit);
    told_services to;
    by->add_told(told.notices.front(), to);
    return to;
  }
  /// A program that takes long, until it is given up.
  static result<secret_value> secret_of(const declared_pipeline&,
                                        const std::string&,
                                        const cancellation& cancelled) {
    (void)system_clock_port().wait(60s, &cancelled);
    return error{exit_class::interrupted, {}, "interrupted", {}, {}};
  }

  const surroundings around{{{"PATH", "/usr/bin:/bin"}}};
  declared_pipeline pipeline;
  told_state told;
  std::atomic<bool> is_last = false;
  std::atomic<int> asked = 0;
  std::unique_ptr<courier> by;
};

TEST(a_courier, asks_once_for_many_changes) {
  brought to(program("0"));
  for (int at = 0; at < 1'000; ++at) to.by->tell(false);
  (void)to.finished();
  EXPECT_LE(to.asked, 3);
}

TEST(a_courier, knows_whom_it_told) {
  const std::set<std::string> name{"orders/stage\n"};
  const told_services good = brought(program("0")).finished();
  EXPECT_EQ(good.told, name);
  const told_services bad = brought(program("1")).finished();
  EXPECT_EQ(bad.wanted, name);
  EXPECT_TRUE(bad.told.empty());
  EXPECT_TRUE(brought(program("0", "hold")).finished().wanted.empty());
}

TEST(a_courier, gives_up_a_secret_that_takes_long) {
  brought to({.webhook = "secret:hook"});
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(to.finished(100ms).told.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

}  // namespace
}  // namespace cicd
