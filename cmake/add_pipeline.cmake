# Declares a pipeline: add_pipeline(<pipeline> [<keyword> <value>…]…)
#[=[.rst:
.. command:: add_pipeline

  Declares a pipeline and what it turns into, once for a service::

    add_pipeline(<pipeline> [TEMPLATE <template>] [<keyword> <value>…]…)

  ``<pipeline>``
    A name that no other pipeline of the build tree has. Its targets are ``<pipeline>.build``, ``<pipeline>.test`` and so on.
  ``TEMPLATE <template>``
    The conventions that the service follows. Without it the pipeline has what is declared by ``pipeline_step`` and the
    others, and nothing else.

  The keywords are those of ``cicd explain add_pipeline``. The call records its arguments word for word; they are read and
  checked at the end of configure, all at once. Relative paths start at the folder of the calling list file.
#]=]
function(add_pipeline)
  _cicd_record_call(${ARGC})
endfunction()
