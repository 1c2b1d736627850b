add_pipeline(orders TEMPLATE java-maven TEMPLATE java-maven BASE rootfs:runtime)
