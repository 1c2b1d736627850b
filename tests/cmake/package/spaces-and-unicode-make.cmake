add_pipeline(orders)
pipeline_step(orders lint COMMAND echo "it ran" ALWAYS)
