# Declares a service that runs beside steps: pipeline_backing_service(<pipeline> <service> COMMAND … READY … [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_backing_service

  Declares a service that runs beside the steps that need it, such as a database for integration tests::

    pipeline_backing_service(<pipeline> <service> COMMAND <program>… | IMAGE <image> | URL <url> READY <how> [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_backing_service``. A step takes it by ``NEEDS``, a ctest test by
  ``pipeline_test()``.
#]=]
function(pipeline_backing_service)
  _cicd_record_call(${ARGC})
endfunction()
