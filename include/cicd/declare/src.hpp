// The bodies of declare/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/declare/backing.ipp>
#include <cicd/declare/deploy_ways.ipp>
#include <cicd/declare/health.ipp>
#include <cicd/declare/model.ipp>
#include <cicd/declare/placeholders.ipp>
#include <cicd/declare/shards.ipp>
#include <cicd/declare/signature.ipp>
#include <cicd/declare/targets.ipp>
#include <cicd/declare/typed_calls.ipp>
#include <cicd/declare/typed_program.ipp>
#include <cicd/declare/upstream.ipp>
#include <cicd/declare/written_value.ipp>
