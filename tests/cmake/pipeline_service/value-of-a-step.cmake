add_pipeline(orders)
pipeline_step(orders build COMMAND true OUTPUT_VALUES host)
pipeline_image(orders BASE scratch FILES a=/a ENTRYPOINT /a)
pipeline_service(orders api PORT 8080 ENV "DB_HOST={build.outputs.host}")
