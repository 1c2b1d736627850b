add_pipeline(orders)
pipeline_step(orders build COMMAND true OUTPUTS out)
pipeline_image(orders PLATFORMS linux/amd64 aarch64 FILES out=/app/out)
