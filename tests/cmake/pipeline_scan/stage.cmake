add_pipeline(orders)
pipeline_scan(orders one COMMAND true SARIF out.sarif STAGE test)
