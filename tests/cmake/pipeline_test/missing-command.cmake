add_pipeline(orders)
pipeline_step(orders own COMMAND x)
pipeline_test(orders mine NEEDS postgres)
