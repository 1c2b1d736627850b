add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
add_pipeline(orders TEMPLATE java-maven)
