// The event loop: what keeps it going, and on which thread it calls back.
#include <cicd/system/process.hpp>

#include <gtest/gtest.h>

#include <barrier>
#include <csignal>
#include <future>
#include <memory>
#include <set>
#include <thread>

namespace cicd {
namespace {

using namespace std::chrono_literals;

TEST(event_loop, returns_when_there_is_nothing_to_wait_for) {
  event_loop loop;
  loop.run();
  int calls = 0;
  loop.post([&] { ++calls; });
  loop.run();
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(event_loop, runs_what_a_callback_posts) {
  event_loop loop;
  std::string order;
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "c"; });
    order += "b";
  });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(event_loop, calls_timers_in_the_order_of_their_times) {
  event_loop loop;
  std::string order;
  const auto late = loop.after(20ms, [&] { order += "b"; });
  const auto early = loop.after(1ms, [&] { order += "a"; });
  loop.run();
  EXPECT_EQ(order, "ab");
}

TEST(event_loop, forgets_a_timer_whose_handle_is_gone) {
  event_loop loop;
  bool called = false;
  auto timer = loop.after(24h, [&] { called = true; });
  loop.post([&] { timer.reset(); });
  loop.run();
  EXPECT_FALSE(called);
}

TEST(event_loop, works_in_the_background_and_comes_back_to_its_own_thread) {
  event_loop loop;
  std::thread::id worker, after;
  loop.in_background([&] { worker = std::this_thread::get_id(); },
                     [&] { after = std::this_thread::get_id(); });
  loop.run();
  EXPECT_NE(worker, std::this_thread::get_id());
  EXPECT_EQ(after, std::this_thread::get_id());
}

TEST(event_loop, does_all_of_much_background_work) {
  event_loop loop;
  std::atomic<int> done = 0;
  int returned = 0;
  for (int count = 0; count < 1000; ++count) loop.in_background([&] { ++done; }, [&] { ++returned; });
  loop.run();
  EXPECT_EQ(done, 1000);
  EXPECT_EQ(returned, 1000);
}

TEST(event_loop, what_waits_on_threads_of_their_own_waits_side_by_side) {
  event_loop loop;
  constexpr int many = 20;
  std::barrier<> all(many);
  int returned = 0;
  std::set<std::thread::id> callers;
  for (int count = 0; count < many; ++count)
    loop.on_own_thread([&] { all.arrive_and_wait(); },
                       [&] {
                         ++returned;
                         callers.insert(std::this_thread::get_id());
                       });
  loop.run();
  EXPECT_EQ(returned, many);
  EXPECT_EQ(callers, std::set{std::this_thread::get_id()});
}

TEST(event_loop, is_left_while_something_is_still_waited_for) {
  event_loop loop;
  const auto answer = std::make_shared<std::promise<void>>();  // the thread may outlive the test
  bool came = false;
  loop.on_own_thread([answer] { answer->get_future().wait(); }, [&] { came = true; });
  loop.post([&] { loop.leave(); });
  loop.run();
  EXPECT_FALSE(came);
  answer->set_value();
}

TEST(event_loop, takes_posts_from_another_thread_while_it_waits) {
  event_loop loop;
  int calls = 0;
  auto kept = loop.after(24h, [] {});
  std::thread other([&] {
    for (int count = 0; count < 100; ++count) loop.post([&] { ++calls; });
    loop.post([&] { kept.reset(); });
  });
  loop.run();
  other.join();
  EXPECT_EQ(calls, 100);
}

TEST(event_loop, calls_back_for_each_signal_and_does_not_stay_for_it) {
  event_loop loop;
  std::vector<int> got;
  const auto listening = loop.on_signal([&](int signal) { got.push_back(signal); });
  loop.run();
  EXPECT_TRUE(got.empty());
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    const std::size_t before = got.size();
    std::raise(signal);
    const std::function<void()> look = [&] {
      if (got.size() == before) loop.post(look);
    };
    loop.post(look);
    loop.run();
  }
  EXPECT_EQ(got, (std::vector{SIGTERM, SIGINT, SIGHUP}));
}

TEST(event_loop, leaves_a_signal_ignored_that_was_ignored_when_we_started) {
  const auto before = signal(SIGHUP, SIG_IGN);
  {
    event_loop loop;
    const auto listening = loop.on_signal([](int) {});
    struct sigaction now {};
    sigaction(SIGHUP, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_IGN);
  }
  signal(SIGHUP, before);
}

}  // namespace
}  // namespace cicd
