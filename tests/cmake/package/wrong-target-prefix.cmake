set(CICD_TARGET_PREFIX "a b")
add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
