add_pipeline(orders)
pipeline_function(orders webhook CONFIG serverless.yml)
