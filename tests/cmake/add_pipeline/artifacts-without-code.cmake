add_pipeline(billing ARTIFACTS registry.example.com/billing)
pipeline_environment(billing stage ON branch main VIA gitops)
