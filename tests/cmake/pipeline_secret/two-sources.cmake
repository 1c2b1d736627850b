add_pipeline(orders)
pipeline_secret(orders npm-token PASS_ENV NPM_TOKEN COMMAND vault read npm)
pipeline_step(orders build COMMAND true SECRETS npm-token)
