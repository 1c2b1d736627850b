list(APPEND arguments -Dweb.region=sa-east-1)
