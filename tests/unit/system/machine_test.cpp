// Limits of cores and memory, told of machines that are made up.
#include <cicd/system/machine.hpp>

#include <gtest/gtest.h>

#include <map>

namespace cicd {
namespace {

constexpr machine_limits whole{16, 64'000};

machine_limits told(std::string membership, std::string mounts, std::map<std::string, std::string> files) {
  return limits_within(
      whole, {std::move(membership), std::move(mounts), [files = std::move(files)](const std::string& path) {
                const auto found = files.find(path);
                return found == files.end() ? std::nullopt : std::optional(found->second);
              }});
}

const std::string v2_mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
const std::string v1_mounts =
    "31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

TEST(limits_within, are_the_machine_where_there_is_no_cgroup) {
  const machine_limits got = told("", "", {});
  EXPECT_EQ(got.cores, 16U);
  EXPECT_EQ(got.memory, 64'000U);
}

TEST(limits_within, are_the_least_from_our_cgroup_up_to_the_root) {
  const machine_limits got = told("0::/a/b\n", v2_mount,
                                  {{"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
                                   {"/sys/fs/cgroup/a/b/memory.max", "50000\n"},
                                   {"/sys/fs/cgroup/a/cpu.max", "250000 100000\n"},
                                   {"/sys/fs/cgroup/memory.max", "max\n"}});
  EXPECT_EQ(got.cores, 3U);
  EXPECT_EQ(got.memory, 50'000U);
}

TEST(limits_within, are_one_core_at_least) {
  EXPECT_EQ(told("0::/\n", v2_mount, {{"/sys/fs/cgroup/cpu.max", "5000 100000"}}).cores, 1U);
}

TEST(limits_within, know_version_one) {
  const machine_limits got = told("4:memory:/m\n3:cpu,cpuacct:/c\n", v1_mounts,
                                  {{"/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "400000\n"},
                                   {"/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us", "100000\n"},
                                   {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
                                   {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"},
                                   {"/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "9223372036854771712\n"},
                                   {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n"}});
  EXPECT_EQ(got.cores, 4U);
  EXPECT_EQ(got.memory, 1'000U);
}

TEST(limits_within, leave_out_the_part_of_the_path_that_is_not_mounted_here) {
  const std::string mount = "30 23 0:26 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(told("0::/docker/x/in\n", mount, {{"/sys/fs/cgroup/in/cpu.max", "200000 100000"}}).cores, 2U);
}

TEST(limits_within, survive_nonsense) {
  const machine_limits got =
      told("nonsense\n0::relative\n", "a b\n- cgroup2\n" + v2_mount,
           {{"/sys/fs/cgroup/cpu.max", "many 0"}, {"/sys/fs/cgroup/memory.max", "-5"}});
  EXPECT_EQ(got.cores, 16U);
  EXPECT_EQ(got.memory, 64'000U);
}

TEST(limits_of_this_machine, are_something) {
  EXPECT_GE(limits_of_this_machine().cores, 1U);
  EXPECT_GT(limits_of_this_machine().memory, 1U << 20U);
}

}  // namespace
}  // namespace cicd
