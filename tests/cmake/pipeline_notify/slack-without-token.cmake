add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_notify(orders SLACK "#deploys")
