// gzip in members of fixed size, by libdeflate.
#pragma once

#include <cicd/image/parallel_gzip.hpp>

#include <libdeflate.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cicd {

/// Not unnamed, since `parallel_gzip::state` holds its members.
namespace image_parallel_gzip {

constexpr std::size_t member_size = 256U << 10U;
/// Measured on a Java run-time image against umoci: level 6 takes 2.2 times as long as level 1 for 3 % less.
constexpr int level = 1;
/// What is packed already (jars, jlink's modules) is found by four probes and stored: a third of the time on
/// such an image.
constexpr std::size_t probes = 4, probe_size = 4096;
constexpr std::size_t worth_packing = probes * probe_size * 97 / 100;

struct compressor_closer {
  void operator()(libdeflate_compressor* of) const { libdeflate_free_compressor(of); }
};
using compressor = std::unique_ptr<libdeflate_compressor, compressor_closer>;

struct member {
  std::vector<char> plain, packed;
  std::size_t plain_size = 0, packed_size = 0;
  bool is_done = false;
};

/// One thread's tools.
class packer {
 public:
  void pack(member& what) {
    const auto& by = is_packed_already(what) ? storing_ : packing_;
    what.packed.resize(libdeflate_gzip_compress_bound(by.get(), member_size));
    what.packed_size = libdeflate_gzip_compress(by.get(), what.plain.data(), what.plain_size,
                                                what.packed.data(), what.packed.size());
  }

 private:
  bool is_packed_already(member& what) {
    if (what.plain_size != member_size) return false;
    what.packed.resize(libdeflate_deflate_compress_bound(packing_.get(), probe_size));
    std::size_t sum = 0;
    for (std::size_t i = 0; i < probes; ++i) {
      const std::size_t at = member_size / probes * i + (member_size / probes - probe_size) / 2;
      sum += libdeflate_deflate_compress(packing_.get(), &what.plain[at], probe_size, what.packed.data(),
                                         what.packed.size());
    }
    return sum > worth_packing;
  }

  compressor storing_{libdeflate_alloc_compressor(0)};
  compressor packing_{libdeflate_alloc_compressor(level)};
};

}  // namespace image_parallel_gzip

/// `in_order` holds what is not given on yet, `waiting` those of them that no thread has taken.
struct parallel_gzip::state {
  using member = image_parallel_gzip::member;

  byte_sink take;
  std::size_t most = 0;
  std::unique_ptr<member> filling;
  std::deque<std::unique_ptr<member>> in_order;
  std::vector<std::unique_ptr<member>> spare;

  std::mutex guard;
  std::condition_variable work_came, work_done;
  std::deque<member*> waiting;
  bool is_over = false;
  std::vector<std::jthread> threads;

  void run() {
    image_parallel_gzip::packer tools;
    while (member* next = taken()) {
      tools.pack(*next);
      const std::lock_guard hold(guard);
      next->is_done = true;
      work_done.notify_one();
    }
  }

  member* taken() {
    std::unique_lock hold(guard);
    work_came.wait(hold, [this] { return is_over || !waiting.empty(); });
    if (waiting.empty()) return nullptr;
    member* next = waiting.front();
    waiting.pop_front();
    return next;
  }

  void begin_member() {
    if (spare.empty()) {
      spare.push_back(std::make_unique<member>());
      spare.back()->plain.resize(image_parallel_gzip::member_size);
    }
    filling = std::move(spare.back());
    spare.pop_back();
    filling->plain_size = 0;
    filling->is_done = false;
  }

  void hand_out() {
    in_order.push_back(std::move(filling));
    const std::lock_guard hold(guard);
    waiting.push_back(in_order.back().get());
    work_came.notify_one();
  }

  /// Gives on the oldest member, when it is ready or must be waited for.
  status give_on() {
    {
      std::unique_lock hold(guard);
      work_done.wait(hold, [this] { return in_order.front()->is_done; });
    }
    auto oldest = std::move(in_order.front());
    in_order.pop_front();
    auto taken = take({oldest->packed.data(), oldest->packed_size});
    spare.push_back(std::move(oldest));
    return taken;
  }
};

parallel_gzip::parallel_gzip(unsigned threads, byte_sink take) : state_(std::make_unique<state>()) {
  const std::size_t count = std::clamp(threads, 1U, 16U);
  state_->take = std::move(take);
  state_->most = 2 * count + 2;
  for (std::size_t i = 0; i < count; ++i) state_->threads.emplace_back([of = state_.get()] { of->run(); });
}

parallel_gzip::~parallel_gzip() {
  {
    const std::lock_guard hold(state_->guard);
    state_->is_over = true;
    state_->waiting.clear();
  }
  state_->work_came.notify_all();
  state_->threads.clear();
}

status parallel_gzip::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!state_->filling) state_->begin_member();
    auto& to = *state_->filling;
    const std::size_t count = std::min(bytes.size(), image_parallel_gzip::member_size - to.plain_size);
    std::copy_n(bytes.data(), count, to.plain.data() + to.plain_size);
    to.plain_size += count;
    bytes.remove_prefix(count);
    if (to.plain_size < image_parallel_gzip::member_size) continue;
    state_->hand_out();
    if (state_->in_order.size() < state_->most) continue;
    if (auto given = state_->give_on(); !given) return given;
  }
  return {};
}

status parallel_gzip::finish() {
  if (state_->filling && state_->filling->plain_size > 0) state_->hand_out();
  while (!state_->in_order.empty())
    if (auto given = state_->give_on(); !given) return given;
  return {};
}

}  // namespace cicd
