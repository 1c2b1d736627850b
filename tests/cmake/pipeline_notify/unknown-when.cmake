add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_notify(orders WEBHOOK https://hooks.example.com/x WHEN failures recovery)
