add_pipeline(orders)
pipeline_step(orders lint COMMAND true)
