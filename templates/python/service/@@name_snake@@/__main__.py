"""Listens on PORT, by default @@port@@, and ends with 0 on TERM."""

import os

from @@name_snake@@.server import serve

serve(int(os.environ.get("PORT") or @@port@@))
