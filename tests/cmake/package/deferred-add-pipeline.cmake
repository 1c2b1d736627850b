add_pipeline(orders)
pipeline_step(orders build COMMAND true)
cmake_language(DEFER CALL add_pipeline billing)
