add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_notify(WEBHOOK https://hooks.example.com/x)
pipeline_notify(WEBHOOK https://hooks.example.com/x)
