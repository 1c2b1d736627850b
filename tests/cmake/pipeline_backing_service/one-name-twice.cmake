add_pipeline(orders)
pipeline_step(orders own COMMAND x)
pipeline_backing_service(orders postgres COMMAND db READY postgres)
pipeline_backing_service(orders postgres COMMAND db READY postgres)
