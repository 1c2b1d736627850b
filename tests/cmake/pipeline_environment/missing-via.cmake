add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
pipeline_environment(orders stage ON branch main)
