add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
pipeline_image(orders FILES a=/a)
pipeline_environment(orders prod VIA kubectl CONTEXT a b a)
