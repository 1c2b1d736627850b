add_pipeline(database)
pipeline_step(database apply COMMAND true OUTPUT_VALUES host SECRET_OUTPUT_VALUES password)
pipeline_step(database show COMMAND echo "{apply.outputs.password}" AFTER apply ENV "P={apply.outputs.password}" SECRET_VALUES "H={apply.outputs.host}" "Q=x{apply.outputs.password}" "PATH={apply.outputs.password}")
