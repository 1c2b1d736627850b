// The bodies of base/: include this in exactly one translation unit of a program.
// Boost.JSON's own bodies come with it.
#pragma once

#include <cicd/base/digest.ipp>
#include <cicd/base/error.ipp>
#include <cicd/base/glob.ipp>
#include <cicd/base/json.ipp>
#include <cicd/base/text.ipp>
#include <cicd/base/unicode.ipp>
#include <cicd/base/utc.ipp>
