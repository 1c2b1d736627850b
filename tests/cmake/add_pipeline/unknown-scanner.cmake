add_pipeline(orders TEMPLATE java-maven SCAN spotbug BASE rootfs:runtime)
