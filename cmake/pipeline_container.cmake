# Declares a further container in pods: pipeline_container(<pipeline> <container> OF <service>… ROLE init|sidecar [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_container

  Declares a container that stands in the pods of services or cron jobs, before the main one or beside it; with ``IN`` only
  what differs there (``IN preview``, ``IN canary``: in the copies of branches)::

    pipeline_container(<pipeline> <container> OF <service>… ROLE init|sidecar [<keyword> <value>…]…)
    pipeline_container(<pipeline> <container> IN <environment>… [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_container``.
#]=]
function(pipeline_container)
  _cicd_record_call(${ARGC})
endfunction()
