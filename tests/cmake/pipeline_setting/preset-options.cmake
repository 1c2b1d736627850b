list(APPEND arguments --preset br)
