list(APPEND arguments -Dweb.region=us-east-2)
