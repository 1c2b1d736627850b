add_pipeline(orders)
pipeline_step(orders build COMMAND cp CMakeLists.txt out.txt INPUTS CMakeLists.txt OUTPUTS out.txt DEPENDS generated)
add_pipeline(billing)
pipeline_image(billing FILES out.txt=/out.txt AFTER orders/build)
pipeline_step(billing scan SHELL "test -f \"$LAYOUT/index.json\" && echo \"scanned $DIGEST\"" INPUTS CMakeLists.txt AFTER image ALWAYS
  ENV LAYOUT={image.layout} DIGEST={image.digest})
add_custom_target(generated COMMAND "${CMAKE_COMMAND}" -E echo "generated first")
