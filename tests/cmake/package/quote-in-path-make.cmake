add_pipeline(orders)
