// The room image/ on a command line, for the suites and benches that meet it with real programs.
//   image_tool build LAYOUT CACHE THREADS BASE [name=from:to]… [-- word…]   the words are the entry point
//   image_tool java LAYOUT CACHE THREADS BASE JAR
//   image_tool read LAYOUT [TAG]
//   image_tool publish EMBEDDED REPOSITORY LAYOUT TAG immutable|movable
//   image_tool resolve EMBEDDED REPOSITORY TAG
//   image_tool tag EMBEDDED REPOSITORY DIGEST TAG
//   image_tool copy EMBEDDED REPOSITORY FROM-REPOSITORY DIGEST TAG
//   image_tool has EMBEDDED REPOSITORY DIGEST
//   image_tool remove EMBEDDED REPOSITORY DIGEST
//   image_tool put-artifact EMBEDDED REPOSITORY COMMIT IMAGE    of a pipeline `orders` with one image
//   image_tool artifact EMBEDDED REPOSITORY COMMIT
//   image_tool mark EMBEDDED REPOSITORY COMMIT yanked|lifted
//   image_tool mark-of EMBEDDED REPOSITORY COMMIT
//   image_tool zip FOLDER ZIP THREADS
// Results are JSON on standard output, failures the text that the driver shows and its exit status.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/deliver/release/artifact_store.hpp>
#include <cicd/image/function_zip.hpp>
#include <cicd/image/image.hpp>
#include <cicd/image/java_application.hpp>
#include <cicd/image/registry.hpp>

namespace {

using arguments = std::vector<std::string>;

int failed(const cicd::error& failure) {
  std::cerr << cicd::text_of(failure);
  return static_cast<int>(failure.kind);
}

int shown(const cicd::json& value) {
  std::cout << cicd::compact(value) << std::endl;
  return 0;
}

cicd::json as_json(const cicd::built_image& image) {
  cicd::json value, layers = cicd::json::array{};
  for (const auto& layer : image.layers) {
    cicd::json one;
    one.set("name", layer.name).set("blob", oci_text(layer.blob)).set("diff_id", oci_text(layer.diff_id));
    one.set("size", layer.size).set("reused", layer.reused);
    layers.push(std::move(one));
  }
  value.set("manifest", oci_text(image.manifest)).set("config", oci_text(image.config));
  value.set("size", image.size).set("layers", std::move(layers));
  return value;
}

int built(const cicd::image_recipe& recipe, const arguments& words) {
  auto image =
      cicd::build_image(recipe, words.at(1), {.folder = words.at(2)}, std::stoul(words.at(3)), nullptr);
  return image ? shown(as_json(*image)) : failed(image.error());
}

cicd::image_recipe recipe_on(const std::string& base) {
  cicd::image_recipe recipe;
  recipe.base = base;
  recipe.directory = "/";
  recipe.environment = cicd::surroundings::of_process().all();
  return recipe;
}

cicd::layer_recipe layer_from(const std::string& word) {
  const auto equals = word.find('=');
  const auto colon = word.rfind(':');
  return {.name = word.substr(0, equals),
          .entries = {{.from = word.substr(equals + 1, colon - equals - 1), .to = word.substr(colon + 1)}},
          .keep_modes = false};
}

int build(const arguments& words) {
  auto recipe = recipe_on(words.at(4));
  std::size_t i = 5;
  for (; i < words.size() && words[i] != "--"; ++i) recipe.layers.push_back(layer_from(words[i]));
  for (++i; i < words.size(); ++i) recipe.entrypoint.push_back(words[i]);
  return built(recipe, words);
}

int java(const arguments& words) {
  auto application = cicd::java_application_of(words.at(5), words.at(2) + "/unpacked");
  if (!application) return failed(application.error());
  auto recipe = recipe_on(words.at(4));
  recipe.layers = application->layers;
  recipe.entrypoint = application->entrypoint;
  recipe.working_directory = application->working_directory;
  recipe.port = 8080;
  return built(recipe, words);
}

int read(const arguments& words) {
  auto image = cicd::read_layout(words.at(1), words.size() > 2 ? words[2] : std::string());
  return image ? shown(as_json(*image)) : failed(image.error());
}

cicd::result<std::unique_ptr<cicd::registry>> registry_of(const arguments& words) {
  cicd::registry_options options;
  options.embedded = words.at(1);
  options.say = [](const std::string& line) { std::cerr << line << std::endl; };
  const auto around = cicd::surroundings::of_process();
  options.patience = std::chrono::milliseconds(std::stol(around.get_or("PATIENCE", "45000")));
  return cicd::registry_for(words.at(2), options, around);
}

int publish(const arguments& words) {
  auto there = registry_of(words);
  if (!there) return failed(there.error());
  auto image = cicd::read_layout(words.at(3));
  if (!image) return failed(image.error());
  auto done = (*there)->publish(words.at(3), image->manifest, words.at(4), words.at(5) == "immutable");
  if (!done) return failed(done.error());
  return shown(cicd::json()
                   .set("changed", done->changed)
                   .set("reference", (*there)->reference(words.at(4), image->manifest)));
}

int resolve(const arguments& words) {
  auto there = registry_of(words);
  if (!there) return failed(there.error());
  auto found = (*there)->resolve(words.at(3));
  if (!found) return failed(found.error());
  return shown(cicd::json().set("digest", *found ? cicd::json(oci_text(**found)) : cicd::json()));
}

int tag(const arguments& words) {
  auto there = registry_of(words);
  if (!there) return failed(there.error());
  auto done = (*there)->tag(*cicd::digest_from(words.at(3)), words.at(4));
  return done ? shown(cicd::json().set("changed", done->changed)) : failed(done.error());
}

int copy(const arguments& words) {
  auto there = registry_of(words);
  arguments other = words;
  other.at(2) = words.at(3);
  auto from = registry_of(other);
  if (!there || !from) return failed((there ? from : there).error());
  auto done = (*there)->copy(**from, *cicd::digest_from(words.at(4)), words.at(5));
  return done ? shown(cicd::json().set("changed", done->changed)) : failed(done.error());
}

int has(const arguments& words) {
  auto there = registry_of(words);
  if (!there) return failed(there.error());
  auto found = (*there)->has(*cicd::digest_from(words.at(3)));
  return found ? shown(cicd::json().set("has", *found)) : failed(found.error());
}

int remove_image(const arguments& words) {
  auto there = registry_of(words);
  if (!there) return failed(there.error());
  auto done = (*there)->remove(*cicd::digest_from(words.at(3)));
  return done ? shown(cicd::json()) : failed(done.error());
}

/// Does something with the store of artifacts of that registry.
template <typename Use>
int with_store(const arguments& words, const Use& use) {
  auto there = registry_of(words);
  if (!there) return failed(there.error());
  return use(cicd::artifact_store(*std::move(there), "orders", words.at(1) + "/scratch"));
}

int put_artifact(const arguments& words) {
  return with_store(words, [&](const cicd::artifact_store& store) {
    cicd::stored_artifact made;
    made.bundle = R"({"schema":1})";
    made.record.pipeline = "orders";
    made.record.commit = words.at(3);
    made.record.inputs = cicd::sha256("inputs");
    made.record.bundle = cicd::sha256(made.bundle);
    made.record.images["image"] = {words.at(2), *cicd::digest_from(words.at(4))};
    auto done = store.write(made);
    return done ? shown(cicd::json().set("written", *done)) : failed(done.error());
  });
}

int artifact(const arguments& words) {
  return with_store(words, [&](const cicd::artifact_store& store) {
    auto read = store.read(words.at(3));
    if (!read) return failed(read.error());
    return shown(*read ? json_of((*read)->record).set("bundle_text", (*read)->bundle) : cicd::json());
  });
}

int mark(const arguments& words) {
  return with_store(words, [&](const cicd::artifact_store& store) {
    using kind = cicd::artifact_mark::kind;
    cicd::artifact_record with_images;
    with_images.images["image"] = {"orders", cicd::sha256(words.at(3))};
    auto done = store.set_mark({.is = words.at(4) == "yanked" ? kind::yanked : kind::lifted,
                                .pipeline = "orders",
                                .commit = words.at(3),
                                .who = "tester",
                                .reason = "a test",
                                .when = {}},
                               with_images);
    return done ? shown(cicd::json()) : failed(done.error());
  });
}

int mark_of(const arguments& words) {
  return with_store(words, [&](const cicd::artifact_store& store) {
    auto read = store.mark_of(words.at(3));
    if (!read) return failed(read.error());
    return shown(*read ? json_of(**read) : cicd::json());
  });
}

int zip(const arguments& words) {
  auto made =
      cicd::pack_folder(words.at(1), words.at(2), static_cast<unsigned>(std::stoul(words.at(3))), nullptr);
  return made ? shown(cicd::json().set("digest", cicd::oci_text(made->content))) : failed(made.error());
}

}  // namespace

int main(int count, char** values) {
  const arguments words(values + 1, values + count);
  const std::string what = words.empty() ? "" : words.front();
  cicd::prepare_process();
  if (what == "build") return build(words);
  if (what == "java") return java(words);
  if (what == "read") return read(words);
  if (what == "publish") return publish(words);
  if (what == "resolve") return resolve(words);
  if (what == "tag") return tag(words);
  if (what == "copy") return copy(words);
  if (what == "has") return has(words);
  if (what == "remove") return remove_image(words);
  if (what == "put-artifact") return put_artifact(words);
  if (what == "artifact") return artifact(words);
  if (what == "mark") return mark(words);
  if (what == "mark-of") return mark_of(words);
  if (what == "zip") return zip(words);
  std::cerr << "image_tool: no such word; see the head of its source\n";
  return 2;
}
