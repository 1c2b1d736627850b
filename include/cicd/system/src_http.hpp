// The bodies of system/, those of HTTP, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/system/aws.ipp>
#include <cicd/system/http.ipp>
#include <cicd/system/http_connection.ipp>
#include <cicd/system/http_exchange.ipp>
#include <cicd/system/http_message.ipp>
#include <cicd/system/http_tls.ipp>
#include <cicd/system/page_server.ipp>
#include <cicd/system/url.ipp>
#include <cicd/system/web.ipp>
