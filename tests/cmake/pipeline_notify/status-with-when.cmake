add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_secret(forge PASS_ENV FORGE)
pipeline_notify(orders STATUS github TOKEN secret:forge WHEN failure)
