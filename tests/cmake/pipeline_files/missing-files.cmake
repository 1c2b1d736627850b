add_pipeline(orders)
pipeline_files(orders packages REPOSITORY orders-packages)
