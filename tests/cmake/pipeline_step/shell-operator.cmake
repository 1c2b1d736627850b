add_pipeline(orders)
pipeline_step(orders build COMMAND make && make install DESCRIPTION "builds")
