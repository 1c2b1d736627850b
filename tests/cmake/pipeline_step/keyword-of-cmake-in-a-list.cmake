add_pipeline(orders)
pipeline_step(orders lint COMMAND cp a b WORKING_DIRECTORY sub VERBATIM)
