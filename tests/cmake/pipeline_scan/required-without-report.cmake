add_pipeline(orders)
pipeline_step(orders one COMMAND true STAGE scan REQUIRED)
