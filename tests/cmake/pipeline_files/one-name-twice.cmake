add_pipeline(orders)
pipeline_function(orders packages ZIP a.zip)
pipeline_files(orders packages FILES dist/*.deb)
