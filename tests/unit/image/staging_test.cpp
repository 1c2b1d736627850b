// Folders that are being made while others sweep away what nobody makes any more.
#include <cicd/image/staging.hpp>

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "image_fixture.hpp"

namespace {

class an_unfinished_folder : public cicd::image_tests::in_folder {};

TEST_F(an_unfinished_folder, is_made_although_another_process_sweeps_at_that_moment) {
  const std::string place = at("unfinished");
  std::atomic<bool> is_over = false;
  std::thread sweeper([&] {
    while (!is_over) cicd::unfinished::sweep(place);
  });
  std::size_t made = 0;
  for (int i = 0; i < 2000; ++i)
    made += static_cast<std::size_t>(bool(cicd::unfinished::make(place, cicd::entry_kind::folder)));
  is_over = true;
  sweeper.join();
  EXPECT_EQ(made, 2000U);
}

}  // namespace
