add_pipeline(orders)
pipeline_step(orders build COMMAND echo "it ran with $<CONFIG>" STAGE build ALWAYS)
