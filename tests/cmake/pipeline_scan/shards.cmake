add_pipeline(orders)
pipeline_scan(orders one COMMAND true {shard} SARIF out.sarif SHARDS 2)
