add_pipeline(billing ARTIFACTS registry.example.com/billing CODE git@git.example.com:billing.git)
pipeline_environment(billing stage ON branch main VIA serverless)
