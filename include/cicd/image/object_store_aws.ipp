// S3 as a bucket of objects that are written once: `If-None-Match: *` refuses the second write, also of two
// at once.
#pragma once

#include <cicd/image/object_store.hpp>

#include <map>
#include <mutex>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/system/aws.hpp>

namespace cicd {

namespace image_object_store_aws {
namespace {

constexpr int most_collisions = 20;

/// What is learnt of a bucket once in a process.
struct known_bucket {
  std::string region;
  bool is_versioned = false;
};
struct known_buckets {
  std::mutex guard;
  std::map<std::string, known_bucket> all;
};
known_buckets& known() {
  static known_buckets buckets;
  return buckets;
}

/// A client for each thread that asks at that moment, which keeps its connections for the next.
class clients {
 public:
  clients(const surroundings& around, const cancellation* cancelled)
      : around_(around), cancelled_(cancelled) {}

  result<http_response> send(const aws_request& request, const aws_service& to) {
    std::unique_ptr<aws_client> one;
    {
      const std::lock_guard hold(guard_);
      if (!free_.empty()) one = std::move(free_.back()), free_.pop_back();
    }
    if (!one) one = std::make_unique<aws_client>(around_, cancelled_);
    result<http_response> answer = one->send(request, to);
    const std::lock_guard hold(guard_);
    free_.push_back(std::move(one));
    return answer;
  }

 private:
  const surroundings& around_;
  const cancellation* const cancelled_;
  std::mutex guard_;
  std::vector<std::unique_ptr<aws_client>> free_;
};

class s3 final : public object_store {
 public:
  s3(std::string bucket, const surroundings& around, const cancellation* cancelled)
      : bucket_(std::move(bucket)), around_(around), cancelled_(cancelled), client_(around_, cancelled) {}

  std::string address(const std::string& key) const override { return "s3://" + bucket_ + "/" + key; }
  std::string inspect_command(const std::string& key) const override {
    return "aws s3 ls " + shell_quoted(address(key));
  }

  result<std::optional<std::string>> get(const std::string& key) override {
    auto answer = ask({.method = "GET", .path = key});
    if (!answer) return std::move(answer).error();
    if (answer->status == 200) return std::optional(std::move(answer->body));
    if (is_absent(*answer)) return std::optional<std::string>();
    return refused("read", "s3:GetObject and s3:ListBucket", address(key), *answer);
  }

  result<bool> has(const std::string& key) override {
    const auto answer = ask({.method = "HEAD", .path = key});
    if (!answer) return answer.error();
    if (answer->status == 200) return true;
    if (answer->status == 404) return false;
    return refused("look for", "s3:GetObject and s3:ListBucket", address(key), *answer);
  }

  result<bool> put_new(const std::string& key, const std::string& bytes) override {
    if (status kept = check_versioning(); !kept) return std::move(kept).error();
    for (int attempt = 0;; ++attempt) {
      const auto answer =
          ask({.method = "PUT",
               .path = key,
               .headers = {{"if-none-match", "*"}, {"content-type", "application/octet-stream"}},
               .body = bytes});
      if (!answer) return answer.error();
      if (answer->status == 200) return true;
      if (answer->status == 412) return false;
      // Another writes it at this moment, and may yet fail.
      if (answer->status == 409 && attempt < most_collisions) {
        if (!system_clock_port().wait(std::chrono::milliseconds(100), cancelled_)) return image_cancelled();
        continue;
      }
      return refused("write", "s3:PutObject", address(key), *answer);
    }
  }

  result<std::vector<std::string>> list(const std::string& prefix) override {
    std::vector<std::string> keys;
    for (bool has_more = true; has_more;) {
      result<key_page> page = list_after(prefix, keys.empty() ? std::string() : keys.back());
      if (!page) return std::move(page).error();
      has_more = page->has_more && !page->keys.empty();
      for (std::string& each : page->keys) keys.push_back(std::move(each));
    }
    return keys;
  }

  result<key_page> list_after(const std::string& prefix, const std::string& after) override {
    aws_request request{.query = {{"list-type", "2"}, {"prefix", prefix}}};
    if (!after.empty()) request.query.emplace_back("start-after", after);
    const auto answer = ask(std::move(request));
    if (!answer) return answer.error();
    if (answer->status != 200) return refused("list", "s3:ListBucket", address(prefix), *answer);
    return key_page{xml_texts_in(answer->body, "Key"), xml_text_in(answer->body, "IsTruncated") == "true"};
  }

  status remove(const std::string& key) override {
    const auto answer = ask({.method = "DELETE", .path = key});
    if (!answer) return answer.error();
    if (answer->status == 204 || answer->status == 200 || is_absent(*answer)) return {};
    return refused("delete", "s3:DeleteObject", address(key), *answer);
  }

 private:
  static bool is_absent(const http_response& answer) {
    return answer.status == 404 && xml_text_in(answer.body, "Code") != "NoSuchBucket";
  }

  /// Below the endpoint that the environment names, by path; at AWS by the bucket's own host.
  result<http_response> ask(aws_request request) {
    const result<std::string> region = region_of_bucket();
    if (!region) return region.error();
    const bool by_path = has_aws_endpoint("s3", around_);
    if (request.path == "/") request.path.clear();  // of the bucket itself
    request.path = (by_path ? "/" + bucket_ + (request.path.empty() ? "" : "/") : "/") + request.path;
    return client_.send(request, aws_service_of("s3", *region, around_, bucket_ + ".s3"));
  }

  /// Asked once, where the environment may name another.
  result<std::string> region_of_bucket() {
    {
      const std::lock_guard hold(known().guard);
      if (const auto found = known().all.find(name_in_process());
          found != known().all.end() && !found->second.region.empty())
        return found->second.region;
    }
    std::string region = aws_region_of(around_);
    if (!has_aws_endpoint("s3", around_)) {
      const auto answer = client_.send({.path = "/" + bucket_, .query = {{"location", ""}}},
                                       aws_service_of("s3", region, around_));
      if (!answer) return answer.error();
      if (answer->status == 200) {
        const std::string named = answer->body.substr(answer->body.find("<LocationConstraint"));
        const auto from = named.find('>'), to = named.find("</");
        const std::string there =
            to == named.npos || from + 1 >= to ? std::string() : named.substr(from + 1, to - from - 1);
        region = there.empty() ? "us-east-1" : there == "EU" ? "eu-west-1" : there;
      }
    }
    const std::lock_guard hold(known().guard);
    return known().all[name_in_process()].region = region;
  }

  std::string name_in_process() const {
    return bucket_ + "\n" + around_.get_or("AWS_ENDPOINT_URL_S3", around_.get_or("AWS_ENDPOINT_URL", ""));
  }

  /// What is deleted by mistake comes back.
  status check_versioning() {
    {
      const std::lock_guard hold(known().guard);
      if (known().all[name_in_process()].is_versioned) return {};
    }
    const auto answer = ask({.query = {{"versioning", ""}}});
    if (!answer) return answer.error();
    if (answer->status != 200)
      return refused("look at the versioning", "s3:GetBucketVersioning", address(""), *answer);
    if (xml_text_in(answer->body, "Status") != "Enabled")
      return image_error(exit_class::usage, "the bucket has no versioning", "s3://" + bucket_)
          .with("allowed", "a bucket that keeps what is deleted by mistake")
          .with("try", fmt::format("aws s3api put-bucket-versioning --bucket {} --versioning-configuration "
                                   "Status=Enabled",
                                   shell_quoted(bucket_)));
    const std::lock_guard hold(known().guard);
    known().all[name_in_process()].is_versioned = true;
    return {};
  }

  error refused(const char* what, const char* rights, const std::string& where, const http_response& answer) {
    const std::string code = xml_text_in(answer.body, "Code");
    error failure = image_error(exit_class::remote, fmt::format("cannot {} in S3", what), where);
    if (code == "NoSuchBucket") {
      failure = image_error(exit_class::remote, "the bucket is not there", "s3://" + bucket_);
      return std::move(failure).with("try", "aws s3 mb s3://" + bucket_ + ", or another BUCKET");
    }
    if (answer.status == 403)
      failure = std::move(failure).with("allowed", fmt::format("a login with {}", rights));
    const std::string said = xml_text_in(answer.body, "Message");
    failure = std::move(failure).with(
        "caused by", displayable(fmt::format("{}{}{}", answer.status, code.empty() ? "" : " " + code,
                                             said.empty() ? "" : ": " + said)));
    return answer.status == 403 ? std::move(failure).with("try", "aws sts get-caller-identity") : failure;
  }

  const std::string bucket_;
  const surroundings around_;
  const cancellation* const cancelled_;
  clients client_;
};

}  // namespace
}  // namespace image_object_store_aws

std::unique_ptr<object_store> s3_store(const std::string& bucket,
                                       const surroundings& around,
                                       const cancellation* cancelled) {
  return std::make_unique<image_object_store_aws::s3>(bucket, around, cancelled);
}

}  // namespace cicd
