add_pipeline(orders)
pipeline_backing_service(orders db URL http://localhost:1 READY http /)
pipeline_test(orders mine NEEDS dbs COMMAND true)
