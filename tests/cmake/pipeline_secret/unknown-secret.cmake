add_pipeline(orders)
pipeline_secret(npm-token PASS_ENV NPM_TOKEN)
pipeline_secret(orders signing-key FILE ~/.keys/signing)
pipeline_step(orders build COMMAND true SECRETS npm-tokn)
