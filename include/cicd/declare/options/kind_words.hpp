// What is said of each kind of what a pipeline declares. It does not know which kinds there are.
#pragma once

#include <string_view>
#include <vector>

#include <cicd/declare/pipeline.hpp>

namespace cicd::declaring {

/// What is said of a kind, and where a pipeline holds those of it.
template <typename T>
struct kind_words {
  std::vector<T> pipeline::*list;
  std::string_view name;       ///< as in `cron_job.schedule`
  std::string_view function;   ///< of CMake: `pipeline_cron_job`
  std::string_view signature;  ///< of its call: `<pipeline> <cron-job>`
  std::string_view noun;       ///< in messages: `cron job`
  std::string_view object;     ///< of the cluster, which bears its name; empty for a kind that is none
  std::string_view summary;    ///< what it declares, in a sentence
};

template <typename T>
inline constexpr kind_words<T> kind{};
template <typename... T>
struct kind_list {};
template <typename... A, typename... B, typename... C>
kind_list<A..., B..., C...> united(kind_list<A...>, kind_list<B...>, kind_list<C...>);

}  // namespace cicd::declaring
