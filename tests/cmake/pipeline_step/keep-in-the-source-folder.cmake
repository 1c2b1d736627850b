add_pipeline(orders)
pipeline_step(orders lint COMMAND true KEEP .tool/ IN_SOURCE)
