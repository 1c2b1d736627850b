add_pipeline(orders)
pipeline_step(orders build COMMAND true OUTPUTS out)
pipeline_image(orders BASE rootfs:base.tar PLATFORMS linux/amd64 linux/arm64 FILES out=/app/out)
