add_pipeline()
