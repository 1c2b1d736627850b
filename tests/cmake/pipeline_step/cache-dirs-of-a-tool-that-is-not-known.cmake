add_pipeline(orders)
pipeline_step(orders build COMMAND true CACHE_DIRS ~/.m2 ~/.cache/ccache STAGE build)
