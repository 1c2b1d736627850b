# Declares a command that is run once before a deploy: pipeline_task(<pipeline> <task> COMMAND <program>… BEFORE deploy [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_task

  Declares a command that is run once for each artifact and environment before any pod changes, such as a migration; with
  ``IN`` only what differs there (``IN preview``, ``IN canary``: in the copies of branches)::

    pipeline_task(<pipeline> <task> COMMAND <program> [<argument>…] BEFORE deploy [SERVICE <service>] [<keyword> <value>…]…)
    pipeline_task(<pipeline> <task> IN <environment>… [OFF] [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_task``.
#]=]
function(pipeline_task)
  _cicd_record_call(${ARGC})
endfunction()
