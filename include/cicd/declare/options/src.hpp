// The bodies of declare/options/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/declare/options/fields_docs.ipp>
#include <cicd/declare/options/options.ipp>
#include <cicd/declare/options/options_backing.ipp>
#include <cicd/declare/options/options_ci.ipp>
#include <cicd/declare/options/options_functions.ipp>
#include <cicd/declare/options/options_placeholders.ipp>
#include <cicd/declare/options/options_secret.ipp>
