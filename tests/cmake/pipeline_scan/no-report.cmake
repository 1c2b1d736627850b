add_pipeline(orders)
pipeline_scan(orders one COMMAND true)
