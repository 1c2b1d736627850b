// How a backing service that is an image is run: by runc, where cicd is run by root.
#pragma once

#include <cicd/base/error.hpp>
#include <cicd/declare/pipeline.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/run/backing_service.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Makes the words of the service, which are its ARGUMENTS, those of a program that runs its image, so that
/// its PORT is reached on the port of the loopback address. May take long. Class `usage` where no such
/// program is there.
status contain_service(service_start& of,
                       const backing_service& declared,
                       const session& in,
                       const cancellation& cancelled);

}  // namespace cicd
