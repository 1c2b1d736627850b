add_pipeline(orders)
pipeline_step(orders build COMMAND make OUTPUTS ${CMAKE_CURRENT_BINARY_DIR}/out.txt)
