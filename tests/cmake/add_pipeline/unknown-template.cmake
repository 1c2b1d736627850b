add_pipeline(orders TEMPLATE java-mavne)
