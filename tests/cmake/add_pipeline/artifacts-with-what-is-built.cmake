add_pipeline(billing ARTIFACTS registry.example.com/billing CODE git@git.example.com:billing.git)
pipeline_service(billing api PORT 8080)
pipeline_environment(billing stage ON branch main VIA gitops)
