add_pipeline(orders java-maven)
pipeline_step(orders build COMMAND true)
