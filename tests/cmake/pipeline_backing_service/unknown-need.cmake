add_pipeline(orders)
pipeline_backing_service(orders postgres COMMAND db {postgres.port} READY postgres)
pipeline_step(orders it COMMAND x NEEDS postgras)
