add_pipeline(orders TEMPLATE java-maven SCAN spotbug)
