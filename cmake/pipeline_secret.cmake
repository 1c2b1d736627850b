# Declares where a secret comes from: pipeline_secret([<pipeline>] <secret> PASS_ENV … | FILE … | COMMAND … | AWS …)
#[=[.rst:
.. command:: pipeline_secret

  Declares where a secret comes from, for one pipeline or for all of the build tree; steps take it by ``SECRETS``::

    pipeline_secret([<pipeline>] <secret>
      PASS_ENV <variable> | FILE <path> | COMMAND <program> [<argument>…] | AWS <secret>
      [VERSION <text>])

  See ``cicd explain secret``.
#]=]
function(pipeline_secret)
  _cicd_record_call(${ARGC})
endfunction()
