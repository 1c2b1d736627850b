add_pipeline(orders)
pipeline_step(orders own COMMAND x)
pipeline_backing_service(orders db COMMAND db READY postgres)
pipeline_backing_service(orders web COMMAND web READY http / NEEDS db SHARED)
