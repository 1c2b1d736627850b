// What refers to what: steps, images and services of this pipeline and of others, and cycles of them.
#include "wrong_calls.hpp"

namespace {

using cicd::tests::errors_of;
using cicd::tests::expect_error;
using cicd::tests::expect_step_error;

TEST(an_unknown_reference, is_refused_with_what_there_is) {
  const std::string start = "add_pipeline(orders TEMPLATE java-maven)\n";
  expect_error(start + "pipeline_step(ordrs lint COMMAND x)",
               "ordrs/lint: there is no such pipeline: 'ordrs'", "orders");
  expect_error(start + "pipeline_step(orders lint COMMAND x AFTER biuld)",
               "orders/lint: AFTER: there is no such step: 'biuld'", "build");
  expect_error(start + "pipeline_step(orders lint COMMAND x AFTER imge)",
               "orders/lint: AFTER: there is no such step: 'imge'", "image");
  expect_error("add_pipeline(o)\npipeline_step(o lint COMMAND x AFTER image)",
               "o/lint: AFTER: the pipeline has no image: 'image'");
  expect_error(start + "pipeline_step(orders lint COMMAND x AFTER publish)",
               "orders/lint: AFTER: a publish or a deploy is not a step that others can wait for: 'publish'");
  expect_error(start + "pipeline_image(orders cli FILES a=/a AFTER bild)",
               "orders/cli: AFTER: there is no such step: 'bild'", "build");
  expect_error(start + "pipeline_service(orders api IMAGE imge)",
               "orders/api: IMAGE: there is no such image: 'imge'", "image");
  expect_error(start + "pipeline_service(orders api)\npipeline_service(orders api IN stage REPLICAS 2)",
               "orders/api: IN: there is no such environment: 'stage'");
  expect_error(
      start + "pipeline_environment(orders stage VIA gitops)\npipeline_service(orders api IN stage PORT 1)",
      "orders/api: the service is declared only IN environments");
  expect_error("add_pipeline(orders TEMPLATE java-maven SCAN spotbgs)",
               "orders: SCAN: there is no such scanner: 'spotbgs'", "spotbugs");
  expect_error(
      "add_pipeline(orders TEMPLATE java-maven BASE_AFTER runtme)\npipeline_step(orders runtime COMMAND x)",
      "orders: BASE_AFTER: there is no such step: 'runtme'", "runtime");
  expect_error("add_pipeline(o)\npipeline_service(o api)",
               "o/api: the pipeline has no image that the service could run");
  expect_error(start + "pipeline_image(orders cli FILES a=/a)\npipeline_service(orders api)",
               "orders/api: IMAGE is missing, and the pipeline has several");
}

TEST(a_step_of_another_pipeline, is_found_wherever_it_is_declared_or_refused_with_the_nearest) {
  const std::string both =
      "pipeline_step(a test COMMAND x AFTER b/build b/image)\nadd_pipeline(a)\nadd_pipeline(b)\n"
      "pipeline_image(b FILES x=/x)\npipeline_step(b build COMMAND x)\n";
  EXPECT_EQ(errors_of(both), "");
  expect_error(both + "pipeline_step(a c COMMAND x AFTER b/biuld)",
               "a/c: AFTER: there is no such step: 'b/biuld'", "b/build");
  expect_error(
      "add_pipeline(billing)\npipeline_step(billing build COMMAND x)\nadd_pipeline(a)\n"
      "pipeline_step(a c COMMAND x AFTER biling/build)",
      "a/c: AFTER: there is no such pipeline: 'biling/build'", "billing/build");
  expect_error(both + "pipeline_step(a c COMMAND x AFTER b/publish)",
               "a/c: AFTER: a publish or a deploy is not a step that others can wait for: 'b/publish'");
  expect_error(both + "pipeline_step(a c COMMAND x AFTER B:build)", "a/c: AFTER has a wrong value: 'B:build'",
               "b/build");
}

TEST(two_outputs_of_one_path, that_come_from_two_pipelines_are_refused) {
  const std::string start =
      "add_pipeline(a)\nadd_pipeline(b)\npipeline_step(a one COMMAND x OUTPUTS out/)\n"
      "pipeline_step(b two COMMAND x OUTPUTS out)\n";
  expect_error(start + "pipeline_step(a c COMMAND x AFTER one b/two)",
               "a/c: AFTER: a/one and b/two make the same path: 'out'");
  EXPECT_EQ(errors_of(start
                      + "pipeline_step(a two COMMAND x AFTER one OUTPUTS out/)\n"
                        "pipeline_step(a c COMMAND x AFTER one two)"),
            "");
}

TEST(a_placeholder_of_an_image, needs_that_image_before_the_step) {
  const std::string start =
      "add_pipeline(o)\npipeline_image(o FILES x=/x)\npipeline_image(o cli FILES x=/x)\n";
  EXPECT_EQ(
      errors_of(start + "pipeline_step(o a COMMAND x {image.layout} ENV D={image.digest} AFTER image-cli)"),
      "");
  EXPECT_EQ(
      errors_of(start
                + "pipeline_step(o a COMMAND x {image-cli.layout} {image.layout} AFTER image image-cli)"),
      "");
  EXPECT_EQ(errors_of(start + "add_pipeline(p)\npipeline_step(p a COMMAND x {o/image.digest} AFTER o/image)"),
            "");
  expect_error(start + "pipeline_step(o a COMMAND x {image.layout})",
               "o/a: the step comes AFTER no image that the placeholder could stand for: '{image.layout}'");
  expect_error(start + "pipeline_step(o a COMMAND x ENV A={image-clu.layout} AFTER image image-cli)",
               "o/a: the placeholder stands for no image that the step comes AFTER: '{image-clu.layout}'",
               "{image-cli.layout}");
  expect_error(start + "pipeline_step(o a COMMAND x OUTPUTS {image.layout} AFTER image)",
               "o/a: no placeholder is replaced in OUTPUTS: '{image.layout}'");
}

TEST(a_circle, may_lead_through_images_and_other_pipelines) {
  expect_error(
      "add_pipeline(o)\npipeline_image(o FILES x=/x)\npipeline_step(o build COMMAND x AFTER scan)\n"
      "pipeline_step(o scan COMMAND x AFTER image)",
      "o/build: the steps depend on each other in a cycle: 'build → scan → image → build'");
  expect_error(
      "add_pipeline(a)\nadd_pipeline(b)\npipeline_step(a x COMMAND x AFTER b/y)\n"
      "pipeline_step(b y COMMAND x AFTER a/x)",
      "a/x: the steps depend on each other in a cycle: 'a/x → b/y → a/x'");
}

TEST(a_circle, is_printed_as_a_path_and_once) {
  expect_error(
      "add_pipeline(o)\npipeline_step(o a COMMAND x AFTER b)\npipeline_step(o b COMMAND x AFTER "
      "c)\npipeline_step(o c COMMAND x AFTER a)\npipeline_step(o d COMMAND x AFTER a)",
      "o/a: the steps depend on each other in a cycle: 'a → b → c → a'");
  expect_step_error("COMMAND x AFTER lint", "the steps depend on each other in a cycle: 'lint → lint'");
}

}  // namespace
