// TLS by OpenSSL under Asio: which issuers are believed, the check of a server's certificate, and the words
// for one that is not accepted. Nothing of OpenSSL is set up before the first connection asks for it.
#pragma once

#include <cicd/system/http.hpp>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <ctime>
#include <memory>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>

namespace cicd {

http_trust http_trust::of(const surroundings& around) {
  return {around.get_or("SSL_CERT_FILE", ""), around.get_or("SSL_CERT_DIR", "")};
}

namespace system_http {

/// Why a certificate was not accepted; taken while OpenSSL still holds it.
struct certificate_problem {
  int code = X509_V_OK;
  std::string names, issuer, since, until;
};

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Where systems keep the bundle of the issuers that they believe, after OpenSSL's own place.
constexpr const char* usual_bundles[]{"/etc/ssl/certs/ca-certificates.crt",
                                      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                      "/etc/ssl/cert.pem"};

void believe_the_system(SSL_CTX* context) {
  bool read = SSL_CTX_load_verify_file(context, X509_get_default_cert_file()) == 1;
  for (const char* bundle : usual_bundles) read = read || SSL_CTX_load_verify_file(context, bundle) == 1;
  ERR_clear_error();
}

/// Connections share it; it is made once for each client.
result<std::shared_ptr<asio::ssl::context>> context_for(const http_trust& trust) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX* const inside = context->native_handle();
  SSL_CTX_set_min_proto_version(inside, TLS1_2_VERSION);
  SSL_CTX_set_verify(inside, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_load_verify_dir(inside, trust.folder.empty() ? X509_get_default_cert_dir() : trust.folder.c_str());
  if (trust.file.empty()) {
    believe_the_system(inside);
  } else if (SSL_CTX_load_verify_file(inside, trust.file.c_str()) != 1) {
    ERR_clear_error();
    return error{.kind = exit_class::usage,
                 .subject = {},
                 .what = "SSL_CERT_FILE names no file that certificates can be read from",
                 .value = trust.file,
                 .notes = {{"allowed", "a file with one or more certificates in PEM"},
                           {"try", "unset SSL_CERT_FILE, or "
                                       + shell_quoted(std::vector<std::string>{"ls", "-l", trust.file})}}};
  }
  return context;
}

std::string text_of(const ASN1_STRING* text) {
  return text == nullptr ? std::string()
                         : std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                       static_cast<std::size_t>(ASN1_STRING_length(text)));
}

std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(to.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SPC_EQ);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(to.get(), &bytes);
  return {bytes, static_cast<std::size_t>(std::max(size, 0L))};
}

std::string utc_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  return utc_text(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

std::string text_of_address(const std::string& bytes) {
  if (bytes.size() == 4) {
    asio::ip::address_v4::bytes_type of;
    std::copy(bytes.begin(), bytes.end(), of.begin());
    return asio::ip::make_address_v4(of).to_string();
  }
  asio::ip::address_v6::bytes_type of{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), of.size()), of.begin());
  return asio::ip::make_address_v6(of).to_string();
}

/// The names and addresses that a certificate is for (RFC 6125: the subject's alternative names only).
std::string names_of(const X509* certificate) {
  std::vector<std::string> names;
  auto* found =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int each = 0; each < sk_GENERAL_NAME_num(found); ++each) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(found, each);
    if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) names.push_back(text_of_address(text_of(name->d.iPAddress)));
  }
  GENERAL_NAMES_free(found);
  return joined(names, ", ");
}

void take_problem(certificate_problem& to, X509_STORE_CTX* from) {
  const X509* certificate = X509_STORE_CTX_get_current_cert(from);
  to.code = X509_STORE_CTX_get_error(from);
  if (certificate == nullptr) return;
  to.names = names_of(certificate);
  to.issuer = text_of(X509_get_issuer_name(certificate));
  to.since = utc_of(X509_get0_notBefore(certificate));
  to.until = utc_of(X509_get0_notAfter(certificate));
}

/// Names the server that is wanted, for its answer and for the check; what is wrong is kept in `problem`,
/// which outlives the stream.
template <typename Stream>
void expect_host(Stream& stream, const std::string& host, certificate_problem& problem) {
  SSL* const inside = stream.native_handle();
  error_code no_address;
  asio::ip::make_address(host, no_address);
  if (no_address) {
    SSL_set_hostflags(inside, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;  // RFC 6066
    SSL_set1_host(inside, name.c_str());
    SSL_set_tlsext_host_name(inside, name.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(inside), host.c_str());
  }
  stream.set_verify_callback([&problem](bool good, asio::ssl::verify_context& context) {
    if (!good) take_problem(problem, context.native_handle());
    return good;
  });
}

/// What went wrong, as the sentence of an error and the lines below it.
struct tls_words {
  std::string what;
  std::vector<note> notes;
};

tls_words words_for(const certificate_problem& problem) {
  switch (problem.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {"its certificate expired at " + problem.until,
              {{"try",
                "renew it on the server; if it is not that old, set the clock of this machine (date -u)"}}};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {"its certificate is not valid before " + problem.since,
              {{"try", "set the clock of this machine (date -u)"}}};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {"its certificate is for other names",
              {{"allowed",
                displayable(problem.names.empty() ? "none: it has no alternative names" : problem.names)},
               {"try", "one of these names in the URL, or a certificate for the name that was asked"}}};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // by another issuer of the same name
      return {"the issuer of its certificate is not trusted here",
              {{"issuer", displayable(problem.issuer)},
               {"try", "set SSL_CERT_FILE to a file with the issuer's certificate (PEM)"}}};
    default:
      return {std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(problem.code),
              {}};
  }
}

/// Of a handshake that failed.
tls_words words_for(const certificate_problem& problem, const error_code& failure) {
  if (problem.code != X509_V_OK) return words_for(problem);
  const bool no_tls =
      failure.category() == asio::error::get_ssl_category()
      && ERR_GET_REASON(static_cast<unsigned long>(failure.value())) == SSL_R_WRONG_VERSION_NUMBER;
  if (no_tls) return {"it does not answer in TLS", {{"try", "http:// instead of https://, or another port"}}};
  return {"no TLS connection: " + failure.message(), {}};
}

}  // namespace
}  // namespace system_http

}  // namespace cicd
