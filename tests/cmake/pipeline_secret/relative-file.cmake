add_pipeline(orders)
pipeline_secret(orders npm-token FILE token.txt)
pipeline_step(orders build COMMAND true SECRETS npm-token)
