add_pipeline(orders)
pipeline_backing_service(orders a COMMAND a READY redis NEEDS b)
pipeline_backing_service(orders b COMMAND b READY redis NEEDS a)
pipeline_step(orders it COMMAND x NEEDS a)
