add_pipeline(orders)
pipeline_step(orders build COMMAND true STAGE build)
pipeline_image(orders cli FILES a=/a ENTRY_POINT /a)
