// Links what the driver's bodies use of libarchive, to see whether a static libarchive has all that it needs
// here.
#include <archive.h>

int main() {
  archive* in = archive_read_new();
  archive_read_support_filter_gzip(in);
  archive_read_support_filter_xz(in);
  archive_read_support_filter_zstd(in);
  archive_read_support_format_tar(in);
  archive_read_support_format_zip_seekable(in);
  archive_read_free(in);
  archive* out = archive_write_new();
  archive_write_set_format_pax_restricted(out);
  archive_write_free(out);
}
