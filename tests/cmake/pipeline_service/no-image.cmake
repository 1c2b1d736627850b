add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
pipeline_service(orders api PORT 8080)
