add_custom_target(generated COMMAND "${CMAKE_COMMAND}" -E echo "generated first")
add_pipeline(orders)
pipeline_step(orders lint COMMAND echo "then linted" DEPENDS generated ALWAYS)
