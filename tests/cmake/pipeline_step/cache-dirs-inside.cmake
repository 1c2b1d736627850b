add_pipeline(orders)
pipeline_step(orders build COMMAND true CACHE_DIRS target/ STAGE build)
