add_pipeline(orders BASELINE scan-baseline.json)
pipeline_scan(orders ruff COMMAND true SARIF out.sarif)
add_pipeline(users BASELINE ./scan-baseline.json)
pipeline_scan(users ruff COMMAND true SARIF out.sarif)
