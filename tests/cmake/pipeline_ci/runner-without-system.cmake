add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_ci(SYSTEMS github RUNNER ubuntu-24.04)
