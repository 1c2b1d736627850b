add_pipeline(billing ARTIFACTS registry.example.com/billing CODE git@git.example.com:billing.git)
pipeline_function(billing webhook ZIP a.zip)
pipeline_environment(billing stage ON branch main VIA serverless)

add_pipeline(legacy CODE git@git.example.com:legacy.git)
pipeline_image(legacy BUILT_BY jenkins https://ci.example.com/job/legacy REPOSITORY registry.example.com/legacy)
pipeline_function(legacy webhook ZIP a.zip)
pipeline_environment(legacy stage ON branch main VIA render)
