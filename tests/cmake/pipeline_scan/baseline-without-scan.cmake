add_pipeline(orders BASELINE scan-baseline.json)
pipeline_step(orders one COMMAND true)
