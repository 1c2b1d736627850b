list(APPEND arguments -Dweb.regoin=sa-east-1 -Dwbe.region=sa-east-1 -Dboard.colour=red)
