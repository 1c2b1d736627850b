add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_secret(slack PASS_ENV SLACK)
pipeline_notify(orders WEBHOOK http://hooks.example.com/x TOKEN secret:slack)
