// The one place where Boost.Process is included: by its granular v2 headers, whose umbrella moved between
// Boost 1.81 and 1.89. We start processes ourselves (launch.ipp: its fork costs more the more memory we hold,
// and the vfork launcher of 1.81 replaces the parent's epoll descriptor) and take from it the handle: a pidfd
// that an executor waits on. From Boost 1.86 on, v2 is a compiled library: link Boost::process there.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/process_handle.hpp>

namespace cicd::system_boost {

/// A started process as the event loop sees it. Kills on destruction unless detached.
using process = boost::process::v2::basic_process<boost::asio::io_context::executor_type>;

}  // namespace cicd::system_boost
