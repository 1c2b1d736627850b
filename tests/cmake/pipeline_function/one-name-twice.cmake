add_pipeline(orders)
pipeline_function(orders webhook ZIP a.zip CONFIG serverless.yml)
pipeline_function(orders other ZIP b.zip CONFIG serverless.yml FUNCTIONS other webhook)
