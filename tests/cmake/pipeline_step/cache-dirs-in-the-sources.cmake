add_pipeline(orders)
pipeline_step(orders build COMMAND true CACHE_DIRS KEPT=${CMAKE_CURRENT_SOURCE_DIR}/kept BUILT=${CMAKE_CURRENT_BINARY_DIR}/kept STAGE build)
