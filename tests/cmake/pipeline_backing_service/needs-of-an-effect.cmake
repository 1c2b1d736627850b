add_pipeline(orders)
pipeline_step(orders build COMMAND x)
pipeline_backing_service(orders postgres COMMAND db READY postgres)
pipeline_environment(orders stage VIA render NEEDS postgres)
