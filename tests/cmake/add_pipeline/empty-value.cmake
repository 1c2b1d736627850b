add_pipeline(orders TEMPLATE "")
