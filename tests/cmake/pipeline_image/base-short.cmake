add_pipeline(orders)
pipeline_image(orders one BASE eclipse-temurin:17-jre)
