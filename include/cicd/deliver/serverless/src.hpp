// The bodies of deliver/serverless/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/serverless/code.ipp>
#include <cicd/deliver/serverless/config.ipp>
#include <cicd/deliver/serverless/package.ipp>
