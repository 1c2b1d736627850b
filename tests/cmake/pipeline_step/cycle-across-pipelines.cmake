add_pipeline(orders)
pipeline_step(orders a COMMAND true AFTER billing/b)
add_pipeline(billing)
pipeline_step(billing b COMMAND true AFTER orders/a)
