add_pipeline(orders)
pipeline_step(orders build COMMAND echo "it ran with $<CONFIG>" STAGE build ALWAYS)
pipeline_step(orders unit COMMAND echo "it was tested" AFTER build STAGE test ALWAYS)
