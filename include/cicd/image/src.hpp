// The bodies of image/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/image/archive_items.ipp>
#include <cicd/image/archive_items_scope.ipp>
#include <cicd/image/base_image.ipp>
#include <cicd/image/documents.ipp>
#include <cicd/image/ecr.ipp>
#include <cicd/image/embedded_registry.ipp>
#include <cicd/image/errors.ipp>
#include <cicd/image/file_bytes.ipp>
#include <cicd/image/image.ipp>
#include <cicd/image/image_config.ipp>
#include <cicd/image/java_application.ipp>
#include <cicd/image/layer_items.ipp>
#include <cicd/image/layer_store.ipp>
#include <cicd/image/layer_tar.ipp>
#include <cicd/image/manifest_api.ipp>
#include <cicd/image/oci_layout.ipp>
#include <cicd/image/parallel_gzip.ipp>
#include <cicd/image/registry.ipp>
#include <cicd/image/remote_registry.ipp>
#include <cicd/image/secret_search.ipp>
#include <cicd/image/skopeo.ipp>
#include <cicd/image/staging.ipp>
#include <cicd/image/unpack_limit.ipp>
