set(variables A=1 B=2)
add_pipeline(orders)
pipeline_step(orders lint COMMAND true ENV "${variables}")
