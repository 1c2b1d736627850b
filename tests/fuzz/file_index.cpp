// The file index under a right checksum: every list and folder of it is looked at, and it is written anew.
#include <cicd/observe/folder_store.hpp>
#include <cicd/observe/index_format.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cicd::observing;
  std::string sealed(fuzz::text_of(bytes, size));
  seal_index(sealed);
  const std::string path = fuzz::file_with("files.index", sealed);
  const index_image image(path);
  folder_store store(path);
  for (const auto& folder : image.folders) {
    const folder_view view(std::string(image.text(folder.path)), image);
    for (std::uint32_t at = 0; at < view.entries.size(); ++at) (void)view.find(view.name(at));
  }
  for (const auto& list : image.lists) (void)store.list_of(std::string(image.text(list.key)));
  store.view_of("/new").learnt = true;
  (void)store.save();
  return 0;
}
