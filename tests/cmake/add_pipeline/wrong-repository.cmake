add_pipeline(orders IMAGE registry.example.com/a..b/orders)
pipeline_image(orders BASE scratch)
