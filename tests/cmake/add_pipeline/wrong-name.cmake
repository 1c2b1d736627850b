add_pipeline(Orders_API TEMPLATE java-maven BASE rootfs:runtime)
