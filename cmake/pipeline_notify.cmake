# Declares who is notified of deploys: pipeline_notify([<pipeline>] SLACK … | WEBHOOK … | COMMAND … | STATUS …)
#[=[.rst:
.. command:: pipeline_notify

  Declares who is notified of what happens to environments, of one pipeline or of all in the build tree::

    pipeline_notify([<pipeline>]
      SLACK <channel> TOKEN secret:<name> | WEBHOOK <url> | COMMAND <program> [<argument>…] |
      STATUS github|gitlab|gitea TOKEN secret:<name>
      [WHEN <what>…])

  See ``cicd explain pipeline_notify``.
#]=]
function(pipeline_notify)
  _cicd_record_call(${ARGC})
endfunction()
