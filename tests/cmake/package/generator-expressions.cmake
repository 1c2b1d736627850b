add_custom_target(tool)
set_target_properties(tool PROPERTIES WORD "a;b \"c\" \\")
add_pipeline(orders)
pipeline_step(orders show ALWAYS COMMAND echo "$<TARGET_PROPERTY:tool,WORD>" "<$<1:x>>")
