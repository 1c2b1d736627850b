// The bodies of engine/adopt/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/engine/adopt/adopted_sources.ipp>
#include <cicd/engine/adopt/adopted_sources_files.ipp>
#include <cicd/engine/adopt/declaration.ipp>
#include <cicd/engine/adopt/dockerfile.ipp>
#include <cicd/engine/adopt/dockerfile_lines.ipp>
#include <cicd/engine/adopt/dockerfile_words.ipp>
#include <cicd/engine/adopt/facts.ipp>
#include <cicd/engine/adopt/facts_lines.ipp>
#include <cicd/engine/adopt/facts_toml.ipp>
#include <cicd/engine/adopt/facts_xml.ipp>
#include <cicd/engine/adopt/objects.ipp>
#include <cicd/engine/adopt/projects.ipp>
#include <cicd/engine/adopt/repository.ipp>
#include <cicd/engine/adopt/secrets.ipp>
#include <cicd/engine/adopt/workloads.ipp>
