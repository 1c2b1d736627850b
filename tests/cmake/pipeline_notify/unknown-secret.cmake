add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_secret(slack PASS_ENV SLACK)
pipeline_notify(SLACK "#deploys" TOKEN secret:slak)
