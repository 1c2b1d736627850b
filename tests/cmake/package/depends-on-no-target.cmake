add_custom_target(generated)
add_pipeline(orders)
pipeline_step(orders lint COMMAND true DEPENDS genrated)
pipeline_step(orders test COMMAND true DEPENDS generated nothing-like-it)
