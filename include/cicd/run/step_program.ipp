// The function of one step, found by the names of its pipeline and its own.
#pragma once

#include <cicd/run/step_program.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include <cicd/run/step_context.hpp>

namespace cicd {

namespace run_step_program {
namespace {

/// The names of the step's process; `rest` are the words behind them.
step_context context_of(const std::vector<std::string>& rest) {
  step_context::named_values values;
  std::vector<step_image> images;
  for (std::size_t at = 0; at + 1 < rest.size();) {
    if (rest[at] == image_word && at + 3 < rest.size()) {
      images.push_back({rest[at + 1], rest[at + 2], rest[at + 3]});
      at += 4;
    } else {
      const std::size_t end = rest[at + 1].find('=');
      values.emplace_back(rest[at + 1].substr(0, end), rest[at + 1].substr(end + 1));
      at += 2;
    }
  }
  return {std::move(values), std::move(images)};
}

step_function::pointer function_of(const std::vector<pipeline>& declared,
                                   std::string_view in,
                                   std::string_view name) {
  for (const pipeline& each : declared)
    for (const step& one : each.steps)
      if (each.name.view() == in && one.name.view() == name && one.run.function() != nullptr)
        return one.run.function();
  throw std::logic_error(
      "declare() gives no function for this step any more, as it did when CMake configured: "
      "what it declares may depend on nothing but the C++ file and its headers");
}

/// What a failed program printed stands in the log already.
void tell(const std::exception& failure) {
  std::string_view words = failure.what();
  if (const auto* of = dynamic_cast<const command_failure*>(&failure); of != nullptr && of->was_shown())
    words = of->headline();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(words.size()), words.data());
}

template <typename Declare>
int run(int count, char** words, Declare declare) {
  // Whatever is printed is there in the order of its lines, also after a crash.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    step_context context = context_of({words + 4, words + count});
    function_of(declare(), words[2], words[3])(context);
    return 0;
  } catch (const std::exception& failure) {
    tell(failure);
  } catch (...) {
    std::fputs("the function threw something else than a std::exception\n", stderr);
  }
  return 1;
}

}  // namespace
}  // namespace run_step_program

bool is_step(int count, char** words) {
  return count >= 4 && words[1] == step_word;
}

int run_step(int count, char** words, pipeline (*declare)()) {
  return run_step_program::run(count, words, [declare] {
    std::vector<pipeline> all;
    all.push_back(declare());
    return all;
  });
}

int run_step(int count, char** words, std::vector<pipeline> (*declare)()) {
  return run_step_program::run(count, words, declare);
}

}  // namespace cicd
