add_pipeline(orders)
pipeline_function(orders webhook ZIP a.zip CONFIG serverless.yml)
pipeline_environment(orders stage ON branch main VIA serverless BUCKET team-artifacts)
