// The bodies of deliver/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/deliver/delivery.ipp>
#include <cicd/deliver/delivery_clusters.ipp>
#include <cicd/deliver/delivery_deploy.ipp>
#include <cicd/deliver/delivery_gate.ipp>
#include <cicd/deliver/delivery_publish.ipp>
#include <cicd/deliver/rollback.ipp>
#include <cicd/deliver/ways.ipp>
