// The bodies of declare/explain/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/declare/explain/cmake_words.ipp>
#include <cicd/declare/explain/declared_values.ipp>
#include <cicd/declare/explain/explain.ipp>
#include <cicd/declare/explain/explain_editor.ipp>
#include <cicd/declare/explain/explain_man.ipp>
#include <cicd/declare/explain/explain_reference.ipp>
#include <cicd/declare/explain/explain_schema.ipp>
#include <cicd/declare/explain/label_docs.ipp>
#include <cicd/declare/explain/man_text.ipp>
#include <cicd/declare/explain/pages.ipp>
#include <cicd/declare/explain/pages_template.ipp>
#include <cicd/declare/explain/text_page.ipp>
