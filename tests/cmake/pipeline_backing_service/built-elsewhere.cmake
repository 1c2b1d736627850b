add_pipeline(billing ARTIFACTS registry.example.com/billing CODE git@git.example.com:billing.git)
pipeline_backing_service(billing db COMMAND db READY postgres)
