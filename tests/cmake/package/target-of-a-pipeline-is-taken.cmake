add_pipeline(orders)
pipeline_step(orders lint COMMAND true)
add_custom_target(orders.lint)
