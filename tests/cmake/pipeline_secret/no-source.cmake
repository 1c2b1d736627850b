add_pipeline(orders)
pipeline_secret(npm-token VERSION 2)
pipeline_step(orders build COMMAND true SECRETS npm-token)
