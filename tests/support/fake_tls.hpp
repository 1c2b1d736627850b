// Certificates that are made as they are wanted, and the server's side of TLS, for tests.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fake_http_server.hpp"

namespace cicd::test {

struct certificate_wish {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:0.0.0.0,DNS:service.test";
  long from_seconds = -3600;  ///< from now
  long until_seconds = 3600;
};

class certificate {
 public:
  /// An issuer that signs itself.
  explicit certificate(const char* name = "own CA")
      : certificate(name, nullptr, "critical,CA:TRUE", {}, {.names = {}}) {}
  certificate(const certificate& issuer, const certificate_wish& wish)
      : certificate("server", &issuer, "critical,CA:FALSE", wish.names, wish) {}

  X509* get() const { return made_.get(); }
  EVP_PKEY* key() const { return key_.get(); }

  std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(to.get(), made_.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(to.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }
  /// The file name that a folder of issuers has it under.
  std::string hashed_name() const {
    char name[16];
    std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(made_.get()));
    return name;
  }

 private:
  certificate(const char* subject,
              const certificate* issuer,
              const char* constraints,
              const std::string& names,
              const certificate_wish& wish) {
    const certificate& by = issuer == nullptr ? *this : *issuer;
    X509* const of = made_.get();
    X509_set_version(of, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(of), 1);
    X509_gmtime_adj(X509_getm_notBefore(of), wish.from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(of), wish.until_seconds);
    X509_set_pubkey(of, key());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(of), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(subject), -1, -1, 0);
    X509_set_issuer_name(of, X509_get_subject_name(by.get()));
    add(NID_basic_constraints, constraints);
    if (!names.empty()) add(NID_subject_alt_name, names.c_str());
    X509_sign(of, by.key(), EVP_sha256());
  }

  void add(int what, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
    X509_add_ext(made_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::shared_ptr<EVP_PKEY> key_{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  std::shared_ptr<X509> made_{X509_new(), &X509_free};
};

/// The server's side of one connection.
class tls_channel final : public channel {
 public:
  tls_channel(int on, const certificate& identity) : channel(on) {
    SSL_CTX_use_certificate(context_.get(), identity.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key());
    tls_.reset(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(tls_.get(), connection);
    is_open_ = SSL_accept(tls_.get()) == 1;
  }
  ~tls_channel() override {
    if (is_open_) SSL_shutdown(tls_.get());
  }
  ssize_t receive(char* to, std::size_t most) override {
    return is_open_ ? SSL_read(tls_.get(), to, static_cast<int>(most)) : 0;
  }
  ssize_t give(const char* from, std::size_t count) override {
    return SSL_write(tls_.get(), from, static_cast<int>(count));
  }

 private:
  std::shared_ptr<SSL_CTX> context_{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  std::shared_ptr<SSL> tls_;
  bool is_open_ = false;
};

inline fake_http_server::opener by_tls(certificate identity) {
  return [identity](int connection) { return std::make_unique<tls_channel>(connection, identity); };
}

/// A proxy and the server behind it in one: it answers CONNECT, keeping what was asked, and goes on with TLS.
class fake_tunnel {
 public:
  explicit fake_tunnel(certificate identity, std::string answer = "HTTP/1.1 200 Connected\r\n\r\n")
      : identity_(std::move(identity)), answer_(std::move(answer)) {}

  fake_http_server::opener opener() {
    return [this](int connection) { return opened(connection); };
  }
  std::vector<std::string> heads() const {
    const std::lock_guard held(guard_);
    return heads_;
  }

 private:
  std::unique_ptr<channel> opened(int connection) {
    std::string head;
    for (char byte = 0; !head.ends_with("\r\n\r\n") && recv(connection, &byte, 1, 0) == 1;) head += byte;
    {
      const std::lock_guard held(guard_);
      heads_.push_back(head);
    }
    send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    if (answer_.find("HTTP/1.1 2") == answer_.npos) return std::make_unique<channel>(connection);
    return std::make_unique<tls_channel>(connection, identity_);
  }

  const certificate identity_;
  const std::string answer_;
  mutable std::mutex guard_;
  std::vector<std::string> heads_;
};

}  // namespace cicd::test
