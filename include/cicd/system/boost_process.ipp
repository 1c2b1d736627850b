// The one place where Boost.Process is included: by its granular v2 headers, whose umbrella moved between
// Boost 1.81 and 1.89. We start processes ourselves (launch.ipp: its fork costs more the more memory we hold,
// and the vfork launcher of 1.81 replaces the parent's epoll descriptor) and take from it the handle: a pidfd
// that an executor waits on.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/process_handle.hpp>
#include <boost/version.hpp>

#if BOOST_VERSION >= 108600
// From 1.86 on this one function that the handle needs is in a compiled library; it is too small to link one
// for it.
BOOST_PROCESS_V2_BEGIN_NAMESPACE
namespace detail {
error_code get_last_error() {
  return {errno, boost::system::system_category()};
}
}  // namespace detail
BOOST_PROCESS_V2_END_NAMESPACE
#endif

namespace cicd::system_boost {

/// A started process as the event loop sees it. Kills on destruction unless detached.
using process = boost::process::v2::basic_process<boost::asio::io_context::executor_type>;

}  // namespace cicd::system_boost
