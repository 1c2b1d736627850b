add_pipeline(orders)
pipeline_function(orders webhook ZIP a.zip FUNCTIONS orders-hook)
pipeline_environment(orders stage VIA serverless BUCKET team-artifacts REGION us-east-1 CODE_ONLY)
pipeline_environment(orders prod VIA serverless BUCKET team-artifacts REGION us-east-1 CODE_ONLY APPROVAL required)
