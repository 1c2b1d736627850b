add_pipeline(orders TEMPLATE java-maven IMAGE services/orders:latest BASE rootfs:runtime)
