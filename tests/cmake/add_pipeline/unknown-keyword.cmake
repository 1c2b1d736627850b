add_pipeline(orders TEMPLAT java-maven)
pipeline_step(orders build COMMAND true)
