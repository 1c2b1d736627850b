// The four measures of delivery, of the records of one environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/records/delivery_metrics.hpp>

namespace {

using namespace cicd;
using namespace std::chrono_literals;
using testing::HasSubstr;

const auto start = std::chrono::system_clock::time_point(std::chrono::seconds(1795230000));

/// Records, written oldest first.
class past {
 public:
  past& add(const std::string& outcome,
            std::chrono::seconds at,
            const std::string& commit,
            std::optional<std::chrono::seconds> committed = std::nullopt) {
    deployment_record one;
    one.generation = static_cast<std::int64_t>(all_.size()) + 1;
    one.id = "run-" + std::to_string(one.generation);
    one.outcome = outcome;
    one.when = start + at;
    one.commit = commit;
    if (committed) one.committed = start + *committed;
    all_.insert(all_.begin(), one);
    return *this;
  }
  deployment_record& last() { return all_.front(); }
  delivery_metrics at(std::chrono::seconds now) const { return metrics_of(all_, start + now); }

 private:
  std::vector<deployment_record> all_;
};

TEST(delivery_metrics, have_no_number_where_there_is_no_record) {
  const delivery_metrics none = past().at(1h);
  EXPECT_FALSE(none.from);
  EXPECT_FALSE(none.lead_time || none.per_day || none.recovery || none.failing_since);
  EXPECT_EQ(text_of(none), "");
  EXPECT_THAT(compact(json_of(none)), HasSubstr(R"("change_failure_rate":null)"));
}

TEST(delivery_metrics, take_the_median_from_a_commit_to_its_first_deployment) {
  past of;
  of.add("deployed", 10h, "a", 9h).add("deployed", 20h, "b", 10h).add("deployed", 30h, "c", 28h);
  of.add("deployed", 200h, "a", 9h);  // again
  of.add("deployed", 201h, "d");      // a record of before the date was kept
  of.add("deployed", 300h, "e", 1h).last().dirty = true;
  const delivery_metrics seen = of.at(301h);
  ASSERT_TRUE(seen.lead_time);
  EXPECT_EQ(seen.lead_time->value, 2h);
  EXPECT_EQ(seen.lead_time->of, 3U);
}

TEST(delivery_metrics, count_deployments_over_the_time_since_the_first) {
  past of;
  of.add("deployed", 0h, "a");
  EXPECT_EQ(of.at(100h).per_day, std::nullopt) << "one deployment says nothing of how often";
  of.add("deployed", 1h, "b");
  EXPECT_EQ(of.at(2h).per_day, std::nullopt) << "nor do two within an hour";
  EXPECT_THAT(text_of(of.at(2h)), HasSubstr("frequency  not known: 2 deployments within 2.0 h\n"));
  of.add("deployed", 24h, "c").add("failed", 30h, "d");
  EXPECT_DOUBLE_EQ(of.at(48h).per_day.value(), 1.0) << "of those that succeeded";
  EXPECT_THAT(text_of(of.at(48h)), HasSubstr("1.0 a day"));
  EXPECT_THAT(text_of(of.at(24h * 14)), HasSubstr("1.0 a week"));
}

TEST(delivery_metrics, count_what_failed_and_what_was_put_back) {
  past of;
  of.add("deployed", 0h, "a").add("failed", 1h, "b").add("deployed", 3h, "c").add("deployed", 5h, "d");
  of.add("rolled-back", 6h, "c").add("rolled-back", 7h, "a");
  const delivery_metrics seen = of.at(8h);
  EXPECT_EQ(seen.deployments, 4U);
  EXPECT_EQ(seen.failed, 2U);
  ASSERT_TRUE(seen.recovery);
  EXPECT_EQ(seen.recovery->value, 90min) << "two hours, and one";
  EXPECT_EQ(seen.failing_since, std::nullopt);
  EXPECT_THAT(text_of(seen), HasSubstr("failures   2 of 4\n"));
}

TEST(delivery_metrics, say_since_when_it_has_been_failing) {
  const delivery_metrics seen =
      past().add("deployed", 0h, "a").add("failed", 1h, "b").add("failed", 2h, "c").at(5h);
  EXPECT_EQ(seen.failed, 2U);
  EXPECT_EQ(seen.recovery, std::nullopt);
  EXPECT_EQ(seen.failing_since, start + 1h);
  EXPECT_THAT(text_of(seen), HasSubstr("recovery   failing for 4.0 h\n"));
}

TEST(delivery_metrics, do_not_guess_when_a_failure_ended_that_no_record_has_the_time_of) {
  // A cluster puts back at once: the record is that of what runs again, with its time.
  past cluster;
  cluster.add("deployed", 0h, "a").add("deployed", 9h, "b").add("rolled-back", 9h, "b");
  EXPECT_EQ(cluster.at(10h).deployments, 3U);
  EXPECT_EQ(cluster.at(10h).failed, 1U);
  EXPECT_EQ(cluster.at(10h).recovery, std::nullopt);
  EXPECT_THAT(text_of(cluster.at(10h)), HasSubstr("recovery   not known"));
  // A revert by hand puts back the text of the earlier record.
  past reverted;
  reverted.add("deployed", 0h, "a").add("deployed", 5h, "b").add("reverted", 0h, "a");
  EXPECT_EQ(reverted.at(10h).deployments, 2U);
  EXPECT_EQ(reverted.at(10h).failed, 1U);
  EXPECT_EQ(reverted.at(10h).recovery, std::nullopt);
}

TEST(delivery_metrics, take_a_deployment_that_was_recorded_twice_for_one) {
  past of;
  of.add("verifying", 0h, "a").add("deployed", 0h, "a");
  of.last().generation = 1;
  of.last().id = "run-1";
  of.add("verifying", 4h, "b");
  EXPECT_EQ(of.at(5h).deployments, 1U);
  EXPECT_EQ(of.at(5h).failed, 0U);
}

}  // namespace
