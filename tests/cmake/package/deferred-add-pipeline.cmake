add_pipeline(orders)
cmake_language(DEFER CALL add_pipeline billing)
