'use strict';
// @@name@@: an HTTP service that says whether it is well. It listens on PORT, by default @@port@@, and ends with 0 on TERM.
const { serve } = require('./server');

serve(Number(process.env.PORT || @@port@@));
