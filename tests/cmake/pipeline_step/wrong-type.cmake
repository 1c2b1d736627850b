add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
pipeline_step(orders lint COMMAND true TIMEOUT 15)
