// The bodies of base/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/base/digest.ipp>
#include <cicd/base/digest_text.ipp>
#include <cicd/base/error.ipp>
#include <cicd/base/glob.ipp>
#include <cicd/base/json.ipp>
#include <cicd/base/json_patch.ipp>
#include <cicd/base/json_place.ipp>
#include <cicd/base/json_walk.ipp>
#include <cicd/base/secret_finder.ipp>
#include <cicd/base/secret_forms.ipp>
#include <cicd/base/text.ipp>
#include <cicd/base/unicode.ipp>
#include <cicd/base/utc.ipp>
#include <cicd/base/xml_tags.ipp>
#include <cicd/base/yaml_edit.ipp>
#include <cicd/base/yaml_path.ipp>
#include <cicd/base/yaml_read.ipp>
#include <cicd/base/yaml_write.ipp>
