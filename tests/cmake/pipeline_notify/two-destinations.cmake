add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_secret(slack PASS_ENV SLACK)
pipeline_notify(orders SLACK "#deploys" TOKEN secret:slack WEBHOOK https://hooks.example.com/x)
