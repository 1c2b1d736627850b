// What a team declares of things that are published: images, functions and files, as plain structs. How the
// comments are read stands in pipeline.hpp.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/values/declared_line.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd {

/// An OCI image, where the template's is not enough.
struct image {
  /// The image's name, unique within its pipeline; `image` where none is given.
  /// Example: cli
  /// Not: CLI
  dns_label name;
  /// Where it is published. Default: the pipeline's IMAGE for the image named `image`, `<IMAGE>-<name>` for others.
  /// Example: REPOSITORY services/orders-cli
  /// Not: REPOSITORY services/orders:latest
  image_repository repository{};
  /// An image that is built elsewhere, by a job that knows nothing of this pipeline: which, with the words of
  /// `environment.upstream`. Its commits are those of CODE of add_pipeline(), and with a good build and an image under TAG
  /// a commit has an artifact, which is written down when it is first deployed.
  /// Example: BUILT_BY jenkins https://ci.example.com/job/legacy
  /// Not: BUILT_BY ""
  std::vector<text> built_by{};
  /// The secret with which BUILT_BY is asked: of Jenkins `<user>:<API token>`, else a token.
  /// Example: BUILT_BY_TOKEN secret:jenkins
  /// Not: BUILT_BY_TOKEN jenkins
  named_secret built_by_token{};
  /// The tag that such a job gives the image of a commit; `{number}` is that of the build. Default `{commit_short}`, the
  /// first seven digits.
  /// Example: TAG build-{number}
  /// Not: TAG ""
  text tag{};
  /// The base image: `scratch`, `oci:<layout>[:<tag>]`, `rootfs:<folder or tar>` (both below the step's folder, or
  /// absolute), or a reference to a registry, which is fetched once by skopeo: with a digest, or with a tag, whose digest
  /// `cicd.lock` has: `cicd update` writes it. Device nodes below `dev/` of a tar are
  /// left out; CICD_MAX_BASE says how much may be unpacked (8Gi). Default scratch.
  /// Example: BASE docker.io/library/eclipse-temurin:17-jre
  /// Not: BASE eclipse-temurin:17
  text base{};
  /// A Dockerfile, below the source folder, that makes the image, by buildah or podman, whichever is there first. What
  /// stands in its FROM is taken as BASE is. ENTRYPOINT, ARGUMENTS, ENV, LABELS, USER, WORKING_DIRECTORY and PORT are laid
  /// over what it says; without USER its own counts, which has to be another than root.
  /// Example: DOCKERFILE Dockerfile
  /// Not: DOCKERFILE ../Dockerfile
  relative_path dockerfile{};
  /// The folder whose files COPY and ADD of DOCKERFILE take, below the source folder, without what `.dockerignore` there
  /// names. These files, and the outputs of the steps before the image, are what it is made of. Default: the source folder.
  /// Example: CONTEXT services/orders
  /// Not: CONTEXT /srv
  relative_path context{};
  /// The stage of DOCKERFILE that is the image. Default: the last.
  /// Example: TARGET service
  /// Not: TARGET ""
  text target{};
  /// Values for ARG of DOCKERFILE. They can be read in the image's history: no secret belongs here.
  /// Example: ARGS JAVA_VERSION=17
  /// Not: ARGS JAVA_VERSION
  std::vector<assignment> args{};
  /// A runnable jar, as a pattern below the step's folder; it, its `lib/` or the layers that Spring Boot lists become
  /// the image's layers, and the entry point starts it. Exactly one file may match.
  /// Example: JAR target/*.jar
  /// Not: JAR /app.jar
  path_pattern jar{};
  /// What it is built for; several make one index with an image for each. In BASE and FILES `{arch}` is the architecture
  /// (`arm64`) and `{platform}` all of it (`linux/arm64`); the base has to be of it, and so has each program. Default: the
  /// base's platform, else that of this machine.
  /// Example: PLATFORMS linux/amd64 linux/arm64
  /// Not: PLATFORMS arm64
  std::vector<platform_name> platforms{};
  /// Files and folders of the step's folder and where they lie in the image, as one layer.
  /// Example: FILES config=/etc/orders
  /// Not: FILES config
  std::vector<file_mapping> files{};
  /// What the container starts.
  /// Example: ENTRYPOINT /usr/bin/java -jar /app/app.jar
  /// Not: ENTRYPOINT ""
  std::vector<text> entrypoint{};
  /// Arguments of the entry point that a deployment may replace.
  /// Example: ARGUMENTS serve
  /// Not: ARGUMENTS ""
  std::vector<text> arguments{};
  /// Variables of the container.
  /// Example: ENV JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75
  /// Not: ENV JAVA-OPTS=x
  std::vector<assignment> env{};
  /// Labels of the image; nothing that changes with the commit belongs here, since it would change the digest.
  /// Example: LABELS org.opencontainers.image.title=orders
  /// Not: LABELS Title=orders
  std::vector<label> labels{};
  /// The numeric user that it runs as. Default 10001.
  /// Example: USER 10001
  /// Not: USER root
  user_id user{};
  /// The folder in which it starts. Default `/`, with JAR `/app`.
  /// Example: WORKING_DIRECTORY /app
  /// Not: WORKING_DIRECTORY app
  url_path working_directory{};
  /// A port that it listens on, as documentation for its users.
  /// Example: PORT 8080
  /// Not: PORT 65536
  port_number port{};
  /// Whether a bill of materials lies beside it in its registry, under the tag `sha256-<digest>.sbom`: what packages and
  /// libraries are in it, in CycloneDX and SPDX. Default on.
  /// Example: SBOM off
  /// Not: SBOM spdx
  toggle sbom = toggle::none;
  /// Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`; `build` where none is given. Another image
  /// lies in `.images/<its step>`, as for a step.
  /// Example: AFTER build runtime
  /// Not: AFTER Build
  std::vector<step_reference> after{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// The code of a serverless function, or of several: a zip.
struct zip_function {
  /// The function's name, unique among the functions and images of its pipeline.
  /// Example: webhook
  /// Not: Webhook
  dns_label name;
  /// A zip that a step makes, or a folder that becomes one, below the step's folder. It is packed anew, with sorted names and
  /// without times, users and other modes than 644 and 755, so that equal files are an equal zip.
  /// Example: ZIP target/webhook.zip
  /// Not: ZIP ../webhook.zip
  relative_path zip{};
  /// The configuration of the Serverless Framework, below the source folder: what it declares beside the code. It is part of
  /// the artifact's bundle.
  /// Example: CONFIG serverless.yml
  /// Not: CONFIG ../serverless.yml
  relative_path config{};
  /// The functions that run this code: keys of `functions` in CONFIG. Without CONFIG the names of functions in AWS, in which
  /// `{pipeline}`, `{environment}` and `{stage}` are replaced. Default: the one of this name, without CONFIG
  /// `{pipeline}-{stage}-<name>`.
  /// Example: FUNCTIONS webhook refunds
  /// Not: FUNCTIONS ""
  std::vector<text> functions{};
  /// Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`; `build` where none is given. A step that comes
  /// AFTER `zip-<name>` has it as `.images/zip-<name>/<name>.zip`, and publish waits for what tests or scans it.
  /// Example: AFTER build
  /// Not: AFTER Build
  std::vector<step_reference> after{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// Files that are part of the artifact as they are: packages, binaries, a module of Terraform.
struct file_group {
  /// Its name, unique among the groups of files, functions and images of its pipeline.
  /// Example: packages
  /// Not: Packages
  dns_label name;
  /// The files, by patterns of paths below the step's folder: what steps made, or what is among the sources. Each keeps its
  /// path below the last folder that its pattern names without a wildcard: `dist/*.deb` gives `orders.deb`, `infra/**` gives
  /// `modules/net/main.tf`; `!…` leaves files out. Contents, names and the right to be executed count, owners and times do not.
  /// Example: FILES dist/*.deb
  /// Not: FILES ../dist/*.deb
  std::vector<path_pattern> files{};
  /// Where they are published, beside the images. Default: `<IMAGE>-<name>`.
  /// Example: REPOSITORY services/orders-packages
  /// Not: REPOSITORY services/orders:latest
  image_repository repository{};
  /// The S3 bucket that they are published to instead of a registry, below `<pipeline>/<name>/`.
  /// Example: BUCKET team-artifacts
  /// Not: BUCKET s3://team-artifacts
  dns_label bucket{};
  /// Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`; `build` where none is given. A step that comes
  /// AFTER `files-<name>` has them below `.images/files-<name>/`, and publish waits for what tests or scans them.
  /// Example: AFTER build
  /// Not: AFTER Build
  std::vector<step_reference> after{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

}  // namespace cicd
