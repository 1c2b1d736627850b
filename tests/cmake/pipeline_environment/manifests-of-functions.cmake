add_pipeline(orders)
pipeline_function(orders webhook ZIP a.zip)
pipeline_environment(orders stage ON branch main VIA serverless MANIFESTS_FROM deploy.yml PARAMETERS A=1)
